"""The form for somebody who begins to work at a hotel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.models import User
from unfold.widgets import UnfoldAdminSelectWidget

from apps.bookings.models import Hotel
from apps.staff.models import Membership
from apps.staff.roles import Role
from back_office import inputs

if TYPE_CHECKING:
    _UserForm = forms.ModelForm[User]
else:
    _UserForm = forms.ModelForm  # generic for the type checker alone


class NewColleagueForm(_UserForm):
    """A login, and where its owner works as what."""

    password = inputs.secret("Password", hint="Tell it in person; it can be changed after login.")
    hotel = forms.ModelChoiceField(Hotel.objects.none(), widget=UnfoldAdminSelectWidget())
    role = inputs.choice("Role", Role.choices)

    class Meta:
        model = User
        fields: ClassVar = ("username", "first_name", "last_name", "email")

    def _post_clean(self) -> None:
        """Check the password once it can be compared with the names."""
        super()._post_clean()  # type: ignore[misc]  # Django's own forms for users do it here
        password = self.cleaned_data.get("password")
        if password:
            try:
                password_validation.validate_password(password, self.instance)
            except forms.ValidationError as error:
                self.add_error("password", error)

    def save(self, commit: bool = True) -> User:
        """Make the login; the membership follows once there is somebody to have it."""
        self.instance.is_staff = True  # the mark that lets into the back office
        self.instance.set_password(self.cleaned_data["password"])
        return super().save(commit)

    def _save_m2m(self) -> None:
        super()._save_m2m()  # type: ignore[misc]  # what the admin calls after the row is stored
        data: dict[str, Any] = self.cleaned_data
        Membership.objects.create(user=self.instance, hotel=data["hotel"], role=data["role"])
