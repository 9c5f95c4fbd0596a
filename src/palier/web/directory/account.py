"""One's own account: name, roles, security, keys for programs."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from palier.directory import queries
from palier.directory.models import Person
from palier.directory.operations import create_api_token, rename_person, revoke_api_token
from palier.directory.rules import BOARDS_OF_ONESELF, LIGHT_ROLES, Right, Role, Scope, Thing
from palier.outbox.queries import dead
from palier.web.doors import Open, Request, door, roles_of


class NameForm(forms.Form):
    """One's shown name."""

    name = forms.CharField(
        label="Nom affiché", max_length=120, help_text="Celui que les autres lisent : « Mme B. », « Camille R. »."
    )


class TokenForm(forms.Form):
    """A new key: its name, what it may do, for how long."""

    name = forms.CharField(label="Nom de la clé", max_length=80, help_text="Le programme qui s’en servira.")
    scopes = forms.MultipleChoiceField(
        label="Ce qu’elle permet", choices=[(s.value, s.label) for s in Scope], widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label="Valable", coerce=int, choices=[(30, "30 jours"), (90, "90 jours"), (365, "un an")], initial=90
    )


@door(GET=Open.SIGNED_IN, POST=Open.SIGNED_IN)
def account(request: Request) -> HttpResponse:
    """Who one is here, and where to change it."""
    form = NameForm(request.POST or None, initial={"name": request.user.name})
    if request.method == "POST" and form.is_valid():
        person = Person.objects.get(pk=request.user.pk)
        rename_person(person=person, name=form.cleaned_data["name"], at=request.at)
        messages.success(request, "Votre nom est enregistré.")
        return redirect("account")
    held = roles_of(request)
    roles = [(Role(m.role).label, m) for m in request.held]
    light = bool(request.session.get("light"))
    return render(
        request,
        "directory/account.html",
        {
            "form": form,
            "roles": roles,
            "light": light,
            "may_have_boards": bool(held & BOARDS_OF_ONESELF) or queries.boards_of(person=request.user).exists(),
            "may_have_tokens": bool(held - LIGHT_ROLES),
            "dead_letters": dead().count() if request.may(Right.READ, Thing.INSTALLATION) else None,
        },
    )


@door(fresh=True, GET=Open.SIGNED_IN, POST=Open.SIGNED_IN)
def tokens(request: Request) -> HttpResponse:
    """One's keys, and a new one, which is shown this once and never again."""
    form, made = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        _, made = create_api_token(
            person=request.user,
            name=form.cleaned_data["name"],
            scopes=[Scope(s) for s in form.cleaned_data["scopes"]],
            at=request.at,
            lasts=timedelta(days=form.cleaned_data["days"]),
        )
        form = TokenForm()
    keys = [
        (key, ", ".join(Scope(s).label.lower() for s in key.scopes), key.expires_at < request.at)
        for key in queries.api_tokens(person=request.user)
    ]
    return render(request, "directory/tokens.html", {"form": form, "made": made, "keys": keys})


@door(POST=Open.SIGNED_IN)
def revoke_token(request: Request, pk: int) -> HttpResponse:
    """End one of one's keys."""
    revoke_api_token(person=request.user, pk=pk, at=request.at)
    messages.success(request, "La clé est révoquée : le programme qui s’en sert est refusé dès maintenant.")
    return redirect("api_tokens")
