"""Accepting an invitation: a password, the organisation's own account, or for tenants' representatives nothing more."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as begin_session
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import redirect, render

from palier.directory.models import Invitation, Person
from palier.directory.operations import accept_invitation, choose_password
from palier.directory.queries import invitation_behind
from palier.directory.rules import LIGHT_ROLES, Role
from palier.web.directory.account_forms import HELP
from palier.web.directory.sign_in import BACKEND, too_many
from palier.web.doors import Open, Request, door


class PasswordForm(forms.Form):
    """A first password, typed twice."""

    password1 = forms.CharField(
        label="Mot de passe", help_text=HELP["password1"], widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    password2 = forms.CharField(
        label="Mot de passe, encore une fois", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: object, person: Person, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.person = person

    def clean_password1(self) -> str:
        """As strong as the installation asks."""
        password = str(self.cleaned_data["password1"])
        validate_password(password, self.person)
        return password

    def clean(self) -> None:
        """Twice the same."""
        first, second = (self.cleaned_data.get(name) for name in ("password1", "password2"))
        if first and second and first != second:
            self.add_error("password2", "Les deux mots de passe diffèrent : tapez-les à nouveau.")


@door(GET=Open.PUBLIC, POST=Open.PUBLIC)
def invitation(request: Request, token: str) -> HttpResponse:
    """What is proposed, by whom, and the way to take it."""
    if answer := too_many(request, "token"):
        return answer
    found = invitation_behind(token=token, at=request.at)
    if found is None:
        return render(request, "directory/invitation_over.html", status=410)
    person = Person.objects.get(email=found.email)
    if request.user.is_authenticated and request.user != person:
        return render(request, "directory/invitation_other.html", {"invitation": found, "person": person})
    if request.user.is_authenticated or Role(found.role) in LIGHT_ROLES:
        return _with_a_button(request, found, person, token)
    if person.has_usable_password():
        return redirect_to_login(request.get_full_path())
    return _with_a_password(request, found, person, token)


def _with_a_button(request: Request, found: Invitation, person: Person, token: str) -> HttpResponse:
    if request.method != "POST":
        return _page(request, found)
    accept_invitation(token=token, at=request.at)
    if not request.user.is_authenticated:
        begin_session(request, person, backend=BACKEND)
        request.session["light"] = True
    return _welcome(request, found)


def _with_a_password(request: Request, found: Invitation, person: Person, token: str) -> HttpResponse:
    form = PasswordForm(request.POST if request.method == "POST" else None, person=person)
    if not form.is_valid():
        return _page(request, found, form)
    choose_password(person=person, password=form.cleaned_data["password1"], at=request.at)
    accept_invitation(token=token, at=request.at)
    begin_session(request, person, backend=BACKEND)
    record_authentication(request, person, "password")
    return _welcome(request, found)


def _page(request: Request, found: Invitation, form: PasswordForm | None = None) -> HttpResponse:
    providers = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", []) if form else []
    return render(
        request,
        "directory/invitation.html",
        {"invitation": found, "role": Role(found.role).label, "form": form, "providers": providers},
    )


def _welcome(request: Request, found: Invitation) -> HttpResponse:
    messages.success(request, f"Vous êtes maintenant « {Role(found.role).label} » pour {found.organisation.name}.")
    return redirect("home")
