"""Deeds: buttons that call a service, each with a page that first says what will happen.

A deed decides nothing: the services refuse, and what they say is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.cache import add_never_cache_headers

from apps.common.errors import DomainError
from apps.staff.identity import StaffIdentity
from apps.staff.roles import Permission
from back_office.access import staff_of
from back_office.exports import ExportingAdmin

DONE: Final = "Done."
LONGEST_TRAIL: Final = 200


class DeedForm(forms.Form):
    """What a deed needs to be told; ``row`` is what it is about.

    An address may fill in ``prefilled`` fields, and no others.
    """

    prefilled: ClassVar[Sequence[str]] = ()

    def __init__(self, *args: Any, row: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        self.prepare()

    def prepare(self) -> None:
        """Fill in choices and what is known already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One press of a button: on which row, by whom, with what was typed."""

    row: Any
    staff: StaffIdentity
    data: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A table below a row's own fields."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Any]]

    @property
    def table(self) -> dict[str, Any]:
        """The table as the template takes it."""
        return {"headers": self.headers, "rows": self.rows}


def _nothing_against(_row: Any) -> Sequence[DomainError]:
    return ()


def _nothing(_ask: Ask) -> None:
    return None


def _no_facts(_row: Any) -> Sequence[tuple[str, Any]]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """A button. ``tells`` are the sentences of what will happen, ``does`` calls the service and may
    return what to say when it is done; ``against`` asks the rules why it can't be done now.

    ``needs`` None: the platform's own people alone. ``shows`` in place of ``does``: what it returns
    is shown once and kept nowhere.
    """

    name: str
    label: str
    icon: str
    needs: Permission | None
    tells: Callable[[Any], Sequence[str]]
    does: Callable[[Ask], str | None] = _nothing
    shows: Callable[[Ask], Panel] | None = None
    against: Callable[[Any], Sequence[DomainError]] = _nothing_against
    facts: Callable[[Any], Sequence[tuple[str, Any]]] = _no_facts
    form: type[DeedForm] = DeedForm
    template: str = "back_office/deed.html"
    is_grave: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A deed as the page of a row shows it."""

    deed: Deed
    url: str
    refusal: str | None

    @property
    def is_allowed(self) -> bool:
        """Whether nothing stands against it."""
        return self.refusal is None


class DeedsAdmin(ExportingAdmin):
    """Pages of rows that have deeds, and tables of what belongs to them."""

    deeds: ClassVar[Sequence[Deed]] = ()
    change_form_outer_before_template: Any = "back_office/buttons.html"
    change_form_outer_after_template: Any = "back_office/panels.html"

    object_history_template = "back_office/history.html"

    def trail(self, request: HttpRequest, row: Any) -> Iterable[Panel]:
        """Return what the row's own records say of it, besides what was done in these pages."""
        return ()

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what was done in these pages, and the row's own records below."""
        row = self.get_object(request, unquote(object_id))
        is_shown = row is not None and self.has_view_permission(request, row)
        panels = list(self.trail(request, row)) if is_shown else []
        extra = {"panels": panels, **(extra_context or {})}
        return super().history_view(request, object_id, extra)

    def panels(self, request: HttpRequest, row: Any) -> Iterable[Panel]:
        """Return the tables below the row's own fields."""
        return ()

    def refusals(self, row: Any) -> dict[str, DomainError]:
        """Return what stands against each deed now, by its name."""
        found = ((deed.name, next(iter(deed.against(row)), None)) for deed in self.deeds)
        return {name: refusal for name, refusal in found if refusal is not None}

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses of the deeds before those of the row."""
        own = [
            path(
                "<path:object_id>/do/<slug:deed>/",
                self.admin_site.admin_view(self.deed_view),
                name=f"{self.opts.app_label}_{self.opts.model_name}_deed",
            )
        ]
        return [*own, *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the row with its buttons and tables."""
        extra = dict(extra_context or {})
        row = self.get_object(request, unquote(object_id)) if object_id else None
        if row is not None and self.has_view_permission(request, row):
            buttons = self.buttons(request, row)
            extra["buttons"] = buttons
            extra["refused_buttons"] = [button for button in buttons if not button.is_allowed]
            extra["panels"] = list(self.panels(request, row))
        return super().changeform_view(request, object_id, form_url, extra)

    def buttons(self, request: HttpRequest, row: Any) -> list[Button]:
        """Return the deeds that this person may do at the row's hotel."""
        refusals = self.refusals(row)
        return [
            Button(
                deed=deed,
                url=self.deed_url(row, deed.name),
                refusal=refusals[deed.name].message if deed.name in refusals else None,
            )
            for deed in self.deeds
            if self.may_do(request, deed, row)
        ]

    def may_do(self, request: HttpRequest, deed: Deed, row: Any) -> bool:
        """Answer whether this person may do that at the row's hotel."""
        if deed.needs is None:
            return staff_of(request).is_superuser
        return self.may(request, deed.needs, row)

    def deed_url(self, row: Any, name: str) -> str:
        """Return the address of a deed's page."""
        view = f"admin:{self.opts.app_label}_{self.opts.model_name}_deed"
        return reverse(view, args=(row.pk, name))

    def row_url(self, row: Any) -> str:
        """Return the address of the row's page."""
        view = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(view, args=(row.pk,))

    def deed_view(self, request: HttpRequest, object_id: str, deed: str) -> HttpResponse:
        """Say what will happen; by POST, let it happen."""
        row = self.get_object(request, unquote(object_id))
        found = next((one for one in self.deeds if one.name == deed), None)
        if row is None or found is None:
            raise Http404
        if not self.may_do(request, found, row):
            raise PermissionDenied
        form = found.form(
            request.POST if request.method == "POST" else None,
            row=row,
            initial={
                name: request.GET[name] for name in found.form.prefilled if name in request.GET
            },
        )
        if request.method == "POST" and form.is_valid():
            done = self._do(request, found, row, form)
            if done is not None:
                return done
        return self._deed_page(request, found, row, form)

    def _do(
        self, request: HttpRequest, deed: Deed, row: Any, form: DeedForm
    ) -> HttpResponse | None:
        """Return where to go on; None: it was refused, and the form says why."""
        ask = Ask(row=row, staff=staff_of(request), data=form.cleaned_data)
        try:
            shown = deed.shows(ask) if deed.shows else None
            said = deed.does(ask)
        except DomainError as refusal:
            at_fault = refusal.field if refusal.field in form.fields else None
            form.add_error(at_fault, refusal.message)
            return None
        self.log_change(request, row, deed.label)
        if shown is not None:
            return self._shown_page(request, deed, row, shown)
        messages.success(request, said or DONE)
        return HttpResponseRedirect(self.row_url(row))

    def _shown_page(self, request: HttpRequest, deed: Deed, row: Any, shown: Panel) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": deed.label,
            "row_url": self.row_url(row),
            "panels": [shown],
        }
        response = TemplateResponse(request, "back_office/shown.html", context)
        add_never_cache_headers(response)
        return response

    def _deed_page(
        self, request: HttpRequest, deed: Deed, row: Any, form: DeedForm
    ) -> HttpResponse:
        against = self.refusals(row).get(deed.name)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": deed.label,
            "original": row,
            "row": row,
            "row_url": self.row_url(row),
            "deed": deed,
            "tells": deed.tells(row),
            "facts": deed.facts(row),
            "form": form,
            "refusal": against.message if against is not None and not form.is_bound else None,
        }
        return TemplateResponse(request, deed.template, context)
