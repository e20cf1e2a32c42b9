"""Pages of the people who work at hotels."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.admin import register
from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from apps.bookings.models import Hotel
from apps.staff.models import Membership
from apps.staff.roles import Permission
from apps.staff.services.logins import log_out_everywhere
from back_office.access import hotels_where, staff_of
from back_office.deeds import DeedsAdmin
from back_office.site import site
from back_office.subjects.people_deeds import PEOPLE_DEEDS
from back_office.subjects.people_forms import NewColleagueForm
from back_office.tenancy import TenantAdmin

NEVER_TYPED = ("last_login", "date_joined")


@register(User, site=site)
class UserAdmin(DeedsAdmin):
    """People with a login. A manager sees those who work at the own hotels, and changes those who
    work nowhere else: what is changed here holds at every hotel."""

    views = Permission.MANAGE_STAFF
    adds = changes = Permission.MANAGE_STAFF
    list_display = ("username", "first_name", "last_name", "works_at", "is_active", "last_login")
    list_filter = ("is_active",)
    search_fields = ("username", "first_name", "last_name")
    ordering = ("username",)
    deeds = PEOPLE_DEEDS
    add_form = NewColleagueForm

    def within(self, rows: QuerySet[Any], hotels: Collection[int]) -> QuerySet[Any]:
        """Return the people who work at one of ``hotels``."""
        members = Membership.objects.filter(hotel__in=hotels)
        return rows.filter(pk__in=members.values("user"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return people with where they work, as far as one may know it."""
        known = Membership.objects.select_related("hotel").order_by("hotel__name")
        if not staff_of(request).is_superuser:
            known = known.filter(hotel__in=hotels_where(request, self.views))
        shown = Prefetch("memberships", known, to_attr="shown_memberships")
        return super().get_queryset(request).prefetch_related("memberships", shown)

    def may(self, request: HttpRequest, permission: Permission | None, row: Any = None) -> bool:
        """Answer as elsewhere; a person belongs to every hotel that they work at."""
        if row is None or permission is None or staff_of(request).is_superuser:
            return super().may(request, permission)
        mine = set(hotels_where(request, permission))
        theirs = {member.hotel_id for member in row.memberships.all()}
        return not row.is_superuser and bool(theirs) and theirs <= mine

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Answer whether the person works at one of the own hotels: no others are found."""
        return super().may(request, self.views)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        """Return what is told of a person; rights beyond hotels are the platform's to give."""
        if obj is None:
            return tuple(self.add_form.base_fields)
        platform = ("is_staff", "is_superuser") if staff_of(request).is_superuser else ()
        return (
            "username",
            "first_name",
            "last_name",
            "email",
            "is_active",
            *platform,
            *NEVER_TYPED,
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return what nobody types."""
        return NEVER_TYPED if obj is not None else ()

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Return the form; that for a new colleague offers the hotels that one manages."""
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        form = super().get_form(request, obj, change, form=self.add_form, **kwargs)
        hotels = Hotel.objects.order_by("name")
        if not staff_of(request).is_superuser:
            hotels = hotels.filter(pk__in=hotels_where(request, Permission.MANAGE_STAFF))
        form.base_fields["hotel"].queryset = hotels  # type: ignore[attr-defined]  # a ModelChoiceField
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Store the person; who may not log in any more is logged out at once."""
        super().save_model(request, obj, form, change)
        if change and not obj.is_active:
            log_out_everywhere(obj)

    @display(description="works at")
    def works_at(self, user: Any) -> str:
        """Return hotels and roles; of other hotels, nothing."""
        return ", ".join(
            f"{member.hotel} ({member.get_role_display()})" for member in user.shown_memberships
        )


@register(Membership, site=site)
class MembershipAdmin(TenantAdmin):
    """Who works where, and as what."""

    views = adds = changes = deletes = Permission.MANAGE_STAFF
    list_display = ("user", "role", "hotel")
    list_filter = ("role",)
    list_select_related = ("user", "hotel")
    search_fields = ("user__username", "user__first_name", "user__last_name")
    ordering = ("hotel", "user")
    fields = ("hotel", "user", "role")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return whom it is about, once that is said."""
        return ("hotel", "user") if obj is not None else ()
