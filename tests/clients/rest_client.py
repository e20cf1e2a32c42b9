"""What an app or a partner writes on top of the package that is made of ``openapi.yaml``."""

from __future__ import annotations

import json
import os
import sys

from doorstep_client import AuthenticatedClient, Client
from doorstep_client.api.partners import partner_ping
from doorstep_client.api.self_check_in import checkin_start
from doorstep_client.models import ErrorEnvelope, StartCheckInRequest

given = json.loads(os.environ["GIVEN"])
guest = Client(base_url=given["url"])
partner = AuthenticatedClient(base_url=given["url"], token=given["key"], prefix="Api-Key")

started = checkin_start.sync(client=guest, body=StartCheckInRequest(given["reference"]))
unknown = checkin_start.sync(client=guest, body=StartCheckInRequest("BK-NO-SUCH"))
ping = partner_ping.sync(client=partner)

assert isinstance(unknown, ErrorEnvelope)
seen = {"step": started.flow.step, "refusal": unknown.error.code, "scopes": ping.scopes}
sys.stdout.write(json.dumps(seen))
