"""The schema, assembled; the rooms' parts hold everything else."""

from __future__ import annotations

import uuid
from typing import Any, Final

import strawberry
import structlog
from graphql import GraphQLError, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext
from strawberry.utils.str_converters import to_camel_case

from apps.common.errors import DomainError, Unavailable
from apps.common.queries import DATABASE_AWAY
from graphql_schema.bookings.desk_mutations import DeskMutation, GuestStayMutation
from graphql_schema.bookings.desk_queries import DeskQuery
from graphql_schema.bookings.live import HotelSubscription
from graphql_schema.bookings.maintenance import MaintenanceMutation, MaintenanceQuery
from graphql_schema.bookings.queries import StayQuery
from graphql_schema.bookings.report import TurnoverReportQuery
from graphql_schema.bookings.turnover import TurnoverMutation, TurnoverQuery
from graphql_schema.checkin.desk import CheckInDeskMutation, CheckInDeskQuery
from graphql_schema.checkin.mutations import CheckInMutation
from graphql_schema.checkin.queries import CheckInQuery
from graphql_schema.checkin.subscriptions import CheckInSubscription
from graphql_schema.concierge.mutations import ConciergeMutation
from graphql_schema.concierge.queries import ConciergeQuery
from graphql_schema.concierge.subscriptions import ConciergeSubscription
from graphql_schema.documents import Document, ReadOnce, read_document
from graphql_schema.flat_lists import FlatListExecution
from graphql_schema.problems import (
    InvalidProblem,
    PendingProblem,
    Problem,
    UnavailableProblem,
)
from graphql_schema.seating.best import BestSeatsMutation, BestSeatsQuery
from graphql_schema.seating.blocks import SeatBlockMutation
from graphql_schema.seating.live import SeatingSubscription
from graphql_schema.seating.mutations import SeatingMutation
from graphql_schema.seating.queries import SeatingQuery
from graphql_schema.seating.staff import SeatReviewMutation, SeatReviewQuery
from graphql_schema.seating.waiting import WaitingListMutation, WaitingListQuery
from graphql_schema.wording import describe, undescribed

log = structlog.get_logger(__name__)


@strawberry.type(description="Reads.")
class Query(
    CheckInQuery,
    StayQuery,
    DeskQuery,
    CheckInDeskQuery,
    TurnoverQuery,
    MaintenanceQuery,
    TurnoverReportQuery,
    ConciergeQuery,
    SeatingQuery,
    BestSeatsQuery,
    WaitingListQuery,
    SeatReviewQuery,
):
    pass


@strawberry.type(description="Commands. Refusals are answers, not errors.")
class Mutation(
    CheckInMutation,
    GuestStayMutation,
    DeskMutation,
    CheckInDeskMutation,
    TurnoverMutation,
    MaintenanceMutation,
    ConciergeMutation,
    SeatingMutation,
    BestSeatsMutation,
    WaitingListMutation,
    SeatReviewMutation,
    SeatBlockMutation,
):
    pass


@strawberry.type(description="Live state.")
class Subscription(
    CheckInSubscription, HotelSubscription, ConciergeSubscription, SeatingSubscription
):
    pass


class DoorstepSchema(strawberry.Schema):
    """A schema whose errors tell callers a code, and strangers nothing about bugs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        describe(self._schema)

    def read(self, text: str) -> Document:
        """Return a document that keeps within the limits. Raises DocumentRefused."""
        return read_document(text, self._schema)

    def undescribed(self) -> list[str]:
        """Return what clients find no description for, by its place."""
        return undescribed(self._schema)

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Give refusals their code and mask bugs behind an id that is in the log."""
        for error in errors:
            _explain(error)


def _explain(error: GraphQLError) -> None:
    original = error.original_error
    extensions: dict[str, Any] = dict(error.extensions or {})
    if isinstance(original, DomainError):
        error.message = original.message
        extensions["code"] = original.code
        if original.field:
            extensions["field"] = to_camel_case(original.field)
    elif isinstance(original, DATABASE_AWAY):
        # The kind alone: what a database says of itself may hold values.
        kind = type(original.__cause__ or original).__name__
        log.error("graphql.database_unavailable", path=error.path, error=kind)
        error.message = Unavailable.sentence
        extensions["code"] = Unavailable.code
    elif original is not None and not isinstance(original, GraphQLError):
        error_id = uuid.uuid4().hex
        log.error("graphql.failed", error_id=error_id, path=error.path, exc_info=original)
        error.message = f"Something broke on our side; its id in the log is {error_id}."
        extensions |= {"code": "INTERNAL_ERROR", "id": error_id}
    else:
        extensions.setdefault("code", "VALIDATION_ERROR")  # the document or its variables
    error.extensions = extensions


schema = DoorstepSchema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[Problem, InvalidProblem, PendingProblem, UnavailableProblem],
    extensions=[ReadOnce],
    config=StrawberryConfig(auto_camel_case=True),
    execution_context_class=FlatListExecution,
)
core_schema: Final[GraphQLSchema] = schema._schema  # noqa: SLF001  # what graphql-core executes
