"""The fields of deeds' forms, in the look of the other pages."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from unfold import widgets

LONGEST_NOTE = 500


def words(label: str, *, required: bool = True, hint: str = "") -> forms.CharField:
    """Return a field for a sentence or two."""
    return forms.CharField(
        label=label,
        required=required,
        help_text=hint,
        max_length=LONGEST_NOTE,
        widget=widgets.UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )


def line(
    label: str, *, required: bool = False, hint: str = "", longest: int = 200
) -> forms.CharField:
    """Return a field for one line."""
    return forms.CharField(
        label=label,
        required=required,
        help_text=hint,
        max_length=longest,
        widget=widgets.UnfoldAdminTextInputWidget(),
    )


def choice(
    label: str,
    choices: Iterable[tuple[str, str]] = (),
    *,
    required: bool = True,
    hint: str = "",
) -> forms.ChoiceField:
    """Return a field for one of a few."""
    return forms.ChoiceField(
        label=label,
        required=required,
        choices=list(choices),
        help_text=hint,
        widget=widgets.UnfoldAdminSelectWidget(),
    )


def day(label: str, *, required: bool = False, hint: str = "") -> forms.DateField:
    """Return a field for a day."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=hint,
        widget=widgets.UnfoldAdminTextInputWidget(attrs={"type": "date"}),
    )


def clock(label: str, *, required: bool = False, hint: str = "") -> forms.TimeField:
    """Return a field for a time of day."""
    return forms.TimeField(
        label=label,
        required=required,
        help_text=hint,
        widget=widgets.UnfoldAdminTextInputWidget(attrs={"type": "time"}),
    )


def amount(label: str, *, hint: str = "") -> forms.DecimalField:
    """Return a field for money."""
    return forms.DecimalField(
        label=label,
        help_text=hint,
        max_digits=12,
        decimal_places=2,
        min_value=0,
        widget=widgets.UnfoldAdminDecimalFieldWidget(),
    )


def secret(label: str, *, required: bool = True, hint: str = "") -> forms.CharField:
    """Return a field for a new password."""
    return forms.CharField(
        label=label,
        required=required,
        strip=False,
        help_text=hint,
        widget=widgets.UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )
