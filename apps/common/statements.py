"""Statements that the ORM words once, and that then only run.

Django words a query anew each time it is asked; for a row with its event and its hotel that takes
several times as long as the question itself. What every sale and every arrival asks is worded at
its first use and kept as SQL, with places for what changes from one call to the next::

    ORDER = KnownRead(lambda: Order.objects.select_related("event").filter(pk=Given("pk")))
    order = ORDER.one(pk=17)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any, Final, Generic, TypeVar, cast

from django.db import DatabaseError, connection
from django.db.models import DateTimeField, Expression, Field, Model, QuerySet
from django.db.models.constants import OnConflict
from django.db.models.query import get_related_populators
from django.db.models.sql import InsertQuery, UpdateQuery
from django.db.transaction import TransactionManagementError, mark_for_rollback_on_error

M = TypeVar("M", bound=Model)
INSTANT: Final = DateTimeField()
MOST_ROWS: Final = 8  # that an INSERT is kept for


class Given(Expression):
    """The place of a value in a known statement.

    ``field`` says how the value is written where the databases differ about that, such as
    instants and UUIDs. ``place``: the value is one of a sequence, this one.
    """

    def __init__(
        self, name: str, field: Field[Any, Any] | None = None, *, place: int | None = None
    ) -> None:
        super().__init__(output_field=field)
        self._name, self._field, self._place = name, field, place

    def as_sql(self, _compiler: Any, _connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Be the parameter: what it stands for is not known yet."""
        return "%s", (self,)

    def value(self, given: Mapping[str, Any]) -> Any:
        """Return what it stands for, as the database takes it."""
        value = given[self._name] if self._place is None else given[self._name][self._place]
        if self._field is None or value is None:
            return value
        return self._field.get_db_prep_value(value, connection, prepared=False)


class _Wording:
    """A statement in the words of one database."""

    def __init__(self, sql: str, parameters: Sequence[Any]) -> None:
        self._sql = sql
        self._parameters = parameters

    def run(self, cursor: Any, given: Mapping[str, Any]) -> None:
        parameters = self._parameters
        cursor.execute(
            self._sql, [one.value(given) if type(one) is Given else one for one in parameters]
        )


class KnownRead(Generic[M]):
    """Rows of a model with what ``select_related`` and annotations bring along.

    What is to be prefetched is read by another known statement, and given by ``give_related``.
    """

    def __init__(self, rows: Callable[[], QuerySet[M]]) -> None:
        """``rows`` is called once for each kind of database, at the first use."""
        self._rows = rows
        self._known: dict[str, _Reading[M]] = {}

    def all(self, **given: Any) -> list[M]:
        """Return the rows. Raises TransactionManagementError for a lock outside a transaction."""
        reading = self._known.get(connection.vendor)
        if reading is None:
            reading = self._known[connection.vendor] = _Reading(self._rows())
        return reading.rows(given)

    def one(self, **given: Any) -> M | None:
        """Return the first row, or None."""
        return next(iter(self.all(**given)), None)


class KnownValues:
    """What ``values_list`` gives of rows."""

    def __init__(self, rows: Callable[[], QuerySet[Any, Any]]) -> None:
        """``rows`` is called once for each kind of database, at the first use."""
        self._rows = rows
        self._known: dict[str, _Asking] = {}

    def all(self, **given: Any) -> list[Sequence[Any]]:
        """Return the values of each row."""
        asking = self._known.get(connection.vendor)
        if asking is None:
            asking = self._known[connection.vendor] = _Asking(self._rows())
        return list(asking.answers(given))


class _Asking:
    """A query in the words of one database."""

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        self._compiler = compiler = rows.query.get_compiler(connection=connection)
        self._wording = _Wording(*compiler.as_sql())
        self._locks = rows.query.select_for_update and connection.features.has_select_for_update
        self._columns = [column for column, *_ in compiler.select]
        self._converters = list(compiler.get_converters(self._columns).items())

    def answers(self, given: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
        if self._locks and connection.get_autocommit():
            raise TransactionManagementError("A lock needs a transaction to last for.")
        with connection.cursor() as cursor:
            self._wording.run(cursor, given)
            answers = cursor.fetchall()
        return self._converted(answers)

    def _converted(self, answers: Sequence[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        if not self._converters:
            yield from answers
            return
        for answer in map(list, answers):
            for place, (converters, column) in self._converters:
                for convert in converters:
                    answer[place] = convert(answer[place], column, connection)
            yield answer


class _Reading(_Asking, Generic[M]):
    """And what makes rows of its answers."""

    def __init__(self, rows: QuerySet[M]) -> None:
        super().__init__(rows)
        compiler, columns = self._compiler, self._columns
        shape = cast("dict[str, Any]", compiler.klass_info)
        places = shape["select_fields"]
        self._own = slice(places[0], places[-1] + 1)
        self._names = [column.target.attname for column in columns[self._own]]
        self._model: type[M] = shape["model"]
        self._alias = connection.alias
        self._others = get_related_populators(  # type: ignore[call-arg]  # as Django 6 has it
            shape, compiler.select, self._alias
        )
        self._notes = (compiler.annotation_col_map or {}).items()

    def rows(self, given: Mapping[str, Any]) -> list[M]:
        return [self._row(answer) for answer in self.answers(given)]

    def _row(self, answer: Sequence[Any]) -> M:
        row: M = self._model.from_db(self._alias, self._names, answer[self._own])
        for other in self._others:
            other.populate(answer, row)
        for name, place in self._notes:
            setattr(row, name, answer[place])
        return row


class KnownUpdate:
    """An UPDATE of the rows of one table."""

    def __init__(self, rows: Callable[[], QuerySet[Any]], **columns: Any) -> None:
        """``columns``: what is stored; values, places of values, or expressions."""
        self._rows = rows
        self._columns = columns
        self._known: dict[str, _Wording] = {}

    def run(self, **given: Any) -> int:
        """Store the columns; return how many rows there were."""
        wording = self._known.get(connection.vendor)
        if wording is None:
            wording = self._known[connection.vendor] = self._worded()
        with connection.cursor() as cursor:
            wording.run(cursor, given)
            count: int = cursor.rowcount
        return count

    def _worded(self) -> _Wording:
        query = cast(UpdateQuery, self._rows().query.chain(UpdateQuery))
        query.add_update_values(self._columns)
        return _Wording(*query.get_compiler(connection=connection).as_sql())


class KnownInsert(Generic[M]):
    """An INSERT of rows of a model, without signals."""

    def __init__(self, model: type[M], *, gives_way: bool = False) -> None:
        """``gives_way``: where a unique row is there already nothing is stored, and nothing said;
        the rows then get no keys from the database."""
        self._model = model
        self._gives_way = gives_way
        columns = model._meta.local_concrete_fields
        self._database_fills_in = any(one.has_db_default() or one.generated for one in columns)
        self._known: dict[tuple[str, int], _Wording] = {}

    def run(self, row: M) -> M:
        """Store the row and return it, with its key. Raises IntegrityError."""
        return self.all([row])[0]

    def all(self, rows: list[M]) -> list[M]:
        """Store the rows and return them. Many are worded by the ORM, each time."""
        if not 0 < len(rows) <= MOST_ROWS or self._database_fills_in:
            return self._model._default_manager.bulk_create(rows, ignore_conflicts=self._gives_way)
        known = (connection.vendor, len(rows))
        wording = self._known.get(known)
        if wording is None:
            wording = self._known[known] = self._worded(len(rows))
        given = {field.attname: _stored(field, rows, add=True) for field in self._fields()}
        with mark_for_rollback_on_error(connection.alias), connection.cursor() as cursor:
            wording.run(cursor, given)
            keys = cursor.fetchall() if self._returned() else [(row.pk,) for row in rows]
        for row, (key,) in zip(rows, keys, strict=True):
            row.pk = key
            row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001  # as save does
        return rows

    def _fields(self) -> Sequence[Field[Any, Any]]:
        made = self._model._meta.auto_field
        return [field for field in self._model._meta.local_concrete_fields if field is not made]

    def _returned(self) -> Sequence[Field[Any, Any]]:
        made = self._model._meta.auto_field
        return [made] if made and not self._gives_way else []

    def _worded(self, count: int) -> _Wording:
        ignoring = {"on_conflict": OnConflict.IGNORE} if self._gives_way else {}
        query = InsertQuery(self._model, **ignoring)
        fields = self._fields()
        places = [
            SimpleNamespace(**{field.attname: Given(field.attname, place=row) for field in fields})
            for row in range(count)
        ]
        query.insert_values(fields, cast("list[Model]", places), raw=True)
        compiler = query.get_compiler(connection=connection)
        compiler.returning_fields = self._returned()
        ((sql, parameters),) = compiler.as_sql()
        return _Wording(sql, parameters)


def _stored(field: Field[Any, Any], rows: Sequence[Model], *, add: bool) -> list[Any]:
    """Return the field's value of each row, as the database takes it."""
    return [field.get_db_prep_save(field.pre_save(row, add), connection) for row in rows]


def store(row: Model, *names: str) -> None:
    """Do what ``row.save(update_fields=names)`` does; without names, store all columns.

    Without signals. Raises DatabaseError, as ``save`` does, for a row that is gone.
    """
    fields = _fields_of(type(row), names)
    given = {field.attname: _stored(field, [row], add=False)[0] for field in fields}
    if not _storing(type(row), names).run(key=row.pk, **given):
        raise DatabaseError(f"{row._meta.label} {row.pk} is gone.")


@cache
def _fields_of(model: type[Model], names: Sequence[str]) -> Sequence[Field[Any, Any]]:
    if names:
        return [cast("Field[Any, Any]", model._meta.get_field(name)) for name in names]
    return [field for field in model._meta.concrete_fields if not field.primary_key]


@cache
def _storing(model: type[Model], names: Sequence[str]) -> KnownUpdate:
    key = Given("key", model._meta.pk)
    places = {field.name: Given(field.attname) for field in _fields_of(model, names)}
    return KnownUpdate(lambda: model._default_manager.filter(pk=key), **places)


def give_related(row: Model, name: str, others: Sequence[Model]) -> None:
    """Let ``row.name.all()`` be ``others``, as if they had been prefetched."""
    rows = getattr(row, name).all()
    rows._result_cache = list(others)  # noqa: SLF001  # prefetching fills it in the same way
    row.__dict__.setdefault("_prefetched_objects_cache", {})[name] = rows
