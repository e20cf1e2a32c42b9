"""The base of every page: rows of one's own hotels, and rights by role.

What a role may do stands in ``apps/staff/roles.py`` alone; Django's own table of rights is not
asked. A row of another hotel reads like one that does not exist, at every address below a page.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.admin import ModelAdmin as PlainModelAdmin
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.forms import ModelChoiceField, ModelForm, ModelMultipleChoiceField
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.bookings.models import Hotel
from apps.bookings.selectors import is_askable
from apps.common.crypto import EncryptedTextField
from apps.staff.roles import Permission
from back_office.access import hotels_where, may_anywhere, staff_of
from back_office.filters import HotelFilter

if TYPE_CHECKING:
    _ModelForm = ModelForm[Any]
else:
    _ModelForm = ModelForm  # generic for the type checker alone


class RowForm(_ModelForm):
    """A form of a row; what is unique within a hotel is checked although no form has the hotel."""

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # untyped
        return excluded - {"hotel"}


class TenantAdmin(ModelAdmin):
    """Pages of one kind of rows.

    ``hotel_path`` leads from a row to its hotel, as a lookup. ``views`` is what one must be allowed
    to at the hotel in order to see its rows; ``adds``, ``changes`` and ``deletes`` likewise, None:
    nobody does that here. Rows with a life of their own change by deeds, never by a form.
    """

    hotel_path: ClassVar[str] = "hotel"
    views: ClassVar[Permission]
    adds: ClassVar[Permission | None] = None
    changes: ClassVar[Permission | None] = None
    deletes: ClassVar[Permission | None] = None
    form: Any = RowForm
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    list_filter_submit = False
    compressed_fields = True
    warn_unsaved_form = True
    view_on_site = False
    ordering: ClassVar[tuple[str, ...]] = ("pk",)

    # -- rows ------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows that this person may see."""
        rows: QuerySet[Any] = super().get_queryset(request)
        if staff_of(request).is_superuser:
            return rows
        return self.within(rows, hotels_where(request, self.views))

    def within(self, rows: QuerySet[Any], hotels: Collection[int]) -> QuerySet[Any]:
        """Return those of ``rows`` that belong to ``hotels``."""
        return rows.filter(**{f"{self.hotel_path}__in": hotels})

    def hotel_of(self, row: Any) -> Hotel | None:
        """Return the hotel that ``row`` belongs to."""
        found: Any = row
        try:
            for step in self.hotel_path.split("__"):
                found = getattr(found, step)
        except ObjectDoesNotExist:
            return None
        return found if isinstance(found, Hotel) else None

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search, except for what no database can be asked for."""
        if not is_askable(search_term):
            return queryset.none(), False
        found: tuple[QuerySet[Any], bool] = super().get_search_results(
            request, queryset, search_term
        )
        return found

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Answer whether an address may filter by ``lookup``: by what the page offers, no more."""
        filters = self.get_list_filter(request)
        columns = {name for name in filters if isinstance(name, str)}
        named = {getattr(one, "parameter_name", None) for one in filters}
        return lookup in named or lookup.split("__")[0] in columns

    # -- rights ----------------------------------------------------------------------------------

    def may(self, request: HttpRequest, permission: Permission | None, row: Any = None) -> bool:
        """Answer whether this person may do that, with ``row`` or at some hotel."""
        if permission is None:
            return False
        if row is None:
            return may_anywhere(request, permission)
        staff, hotel = staff_of(request), self.hotel_of(row)
        return staff.is_superuser or (
            hotel is not None and staff.may(permission, hotel_id=hotel.pk)
        )

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Answer whether the subject is in the menu."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Answer whether rows, or this one, may be seen."""
        return self.may(request, self.views, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Answer whether there is a form for a new row."""
        return self.may(request, self.adds)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Answer whether there is a form for the row."""
        return self.may(request, self.changes, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Answer whether the row may be deleted."""
        return self.may(request, self.deletes, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Return what can be done with many rows; deleting them is not among it."""
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    # -- forms -----------------------------------------------------------------------------------

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return what no form changes: a row stays at its hotel."""
        fixed = list(super().get_readonly_fields(request, obj))
        is_bound = obj is not None and self.hotel_path == "hotel"
        return (*fixed, "hotel") if is_bound else tuple(fixed)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Give what is encrypted one line: long texts are not."""
        if isinstance(db_field, EncryptedTextField):
            kwargs["widget"] = UnfoldAdminTextInputWidget()
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Offer rows of one's own hotels; hotels at which one may add such rows."""
        kwargs["queryset"] = self._choices(db_field.related_model, request)
        field: ModelChoiceField[Any] | None = super().formfield_for_foreignkey(
            db_field, request, **kwargs
        )
        return field

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField[Any]:
        """Offer rows of one's own hotels."""
        kwargs["queryset"] = self._choices(db_field.related_model, request)
        field: ModelMultipleChoiceField[Any] = super().formfield_for_manytomany(
            db_field, request, **kwargs
        )
        return field

    def _choices(self, model: type[Model], request: HttpRequest) -> QuerySet[Any]:
        page: PlainModelAdmin[Any] | None = self.admin_site._registry.get(model)  # noqa: SLF001  # Django's own pages read it so
        rows = model._default_manager.none() if page is None else page.get_queryset(request)
        if model is Hotel and self.adds is not None and not staff_of(request).is_superuser:
            rows = rows.filter(pk__in=hotels_where(request, self.adds))
        return rows

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin a new row at one's hotel, where there is but one."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        hotels = hotels_where(request, self.adds) if self.adds else []
        return {"hotel": hotels[0], **initial} if len(hotels) == 1 else initial

    def get_list_filter(self, request: HttpRequest) -> tuple[Any, ...]:
        """Return the filters of the list; by hotel, for those who see several."""
        return (HotelFilter, *super().get_list_filter(request))
