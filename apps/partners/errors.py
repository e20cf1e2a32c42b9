"""What the partners room refuses."""

from __future__ import annotations

from apps.common import errors


class KeyNotFound(errors.NotFound):
    sentence = "There is no key of that prefix."


class KeyEnded(errors.Conflict):
    sentence = "That key has ended; create a new one."


class EndpointNotFound(errors.NotFound):
    sentence = "There is no webhook endpoint of that id."


class EndpointDisabled(errors.Conflict):
    sentence = "That endpoint is disabled; enable it first."


class TooManyEndpoints(errors.Conflict):
    sentence = "There are as many endpoints as a partner may have; delete one first."


class DeliveryNotFound(errors.NotFound):
    sentence = "There is no delivery of that id; they are kept for a while."
