"""A person's e-mail address: asked for by themselves or by who administers Palier, confirmed from the new mailbox."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from palier.directory import queries
from palier.directory.models import Person
from palier.directory.operations import ask_address, confirm_address
from palier.directory.rules import Right, Thing
from palier.verdict import Refusal
from palier.web.directory.sign_in import too_many
from palier.web.doors import Open, Request, door

ADMINISTER = (Thing.INSTALLATION, Right.WRITE)


class AddressForm(forms.Form):
    """The new address."""

    email = forms.EmailField(label="Nouvelle adresse électronique", widget=forms.EmailInput(attrs={"autocomplete": "email"}))


@door(fresh=True, GET=Open.SECURITY, POST=Open.SECURITY)
def own(request: Request) -> HttpResponse:
    """Ask for another address for oneself."""
    person = Person.objects.get(pk=request.user.pk)
    return _ask(request, person, "account")


@door(fresh=True, GET=ADMINISTER, POST=ADMINISTER)
def of_person(request: Request, person_id: int) -> HttpResponse:
    """Ask for another address for somebody who lost theirs."""
    return _ask(request, get_object_or_404(Person, pk=person_id), "organisations")


def _ask(request: Request, person: Person, then: str) -> HttpResponse:
    back = request.GET.get("de", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse(then)
    form = AddressForm(request.POST or None)
    if form.is_valid():
        email = form.cleaned_data["email"]
        try:
            ask_address(person=person, email=email, by=request.user, at=request.at)
        except Refusal as refusal:
            form.add_error("email", refusal.verdict.sentence)
        else:
            messages.success(request, f"Un lien de confirmation part à {email}. Il vaut 3 jours.")
            return redirect(back)
    awaited = queries.address_awaited(person=person, at=request.at)
    context = {"form": form, "person": person, "own": person.pk == request.user.pk, "awaited": awaited, "back": back}
    return render(request, "directory/address.html", context, status=422 if form.errors else 200)


@door(GET=Open.PUBLIC, POST=Open.PUBLIC)
def confirm(request: Request, token: str) -> HttpResponse:
    """Confirm a new address. Who asked for it themselves is signed in: an address mistyped gives the account to nobody."""
    if answer := too_many(request, "token"):
        return answer
    found = queries.address_change_behind(token=token, at=request.at)
    if found is None:
        return render(request, "directory/address_over.html", status=410)
    if found.asked_by_id == found.person_id and request.user != found.person:
        if request.user.is_authenticated:
            return render(request, "directory/address_other.html", {"change": found})
        return redirect_to_login(request.get_full_path())
    if request.method == "POST":
        confirm_address(token=token, at=request.at)
        messages.success(request, f"Votre adresse est maintenant {found.email}.")
        return redirect("account" if request.user == found.person else "account_login")
    return render(request, "directory/address_confirm.html", {"change": found})
