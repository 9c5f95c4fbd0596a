"""The public register: who is labelled on any day, and the history of one landlord's label."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render

from palier.directory.queries import organisations
from palier.directory.rules import Kind, LandlordType
from palier.register import queries
from palier.register.rules.history import Order, Standing
from palier.web.doors import Open, Request, door
from palier.web.ui.forms import DayInput

PAGE = 50
HOLDING = "valables"


class RegisterForm(forms.Form):
    """What the register is asked for; the day first."""

    q = forms.CharField(label="Bailleur, SIREN ou certificat", required=False, widget=forms.TextInput(attrs={"type": "search"}))
    au = forms.DateField(label="À la date du", required=False, widget=DayInput())
    etat = forms.ChoiceField(
        label="État",
        required=False,
        choices=[("", "Tous"), (HOLDING, "Labels en cours"), *((one.value, one.label) for one in Standing)],
    )
    famille = forms.ChoiceField(
        label="Famille", required=False, choices=[("", "Toutes"), *((one.value, one.label) for one in LandlordType)]
    )
    region = forms.ModelChoiceField(
        label="Région", required=False, queryset=organisations(kind=Kind.REGIONAL_ASSOCIATION), empty_label="Toutes"
    )
    sort = forms.ChoiceField(
        required=False, widget=forms.HiddenInput, choices=[(f"{way}{one.value}", "") for one in Order for way in ("", "-")]
    )

    def day(self, today: date) -> date:
        """The day asked for; today when it is malformed or to come."""
        self.is_valid()
        asked: date | None = self.cleaned_data.get("au")
        return min(asked, today) if asked else today

    def accepted(self, name: str) -> list[tuple[str, str]]:
        """The values that a filter knows, each with its words; none for one that is free."""
        field = self.fields[name]
        known = cast("Iterable[tuple[object, str]]", field.choices) if isinstance(field, forms.ChoiceField) else ()
        return [(str(value), words) for value, words in known if value]

    def faults(self, today: date) -> dict[str, str]:
        """What is asked and cannot be answered: a sentence by parameter."""
        self.is_valid()
        unknown = sorted(set(self.data) - set(self.fields) - {"page"})
        found = {
            name: f"Le paramètre « {name} » n’existe pas. Ceux du registre : {', '.join(self.fields)}." for name in unknown
        }
        for name, errors in self.errors.items():
            known = ", ".join(f"{value} ({words})" if words else value for value, words in self.accepted(name))
            found[name] = f"« {name} » n’accepte que : {known}." if known else f"« {name} » : {errors[0]}"
        if (self.cleaned_data.get("au") or today) > today:
            found["au"] = "« au » : le registre ne se lit pas à une date à venir."
        return found

    def filters(self) -> queries.Filters:
        """The filters, without those that are malformed."""
        self.is_valid()
        given = self.cleaned_data
        state, sort = given.get("etat") or "", given.get("sort") or Order.NAME
        return queries.Filters(
            search=(given.get("q") or "").strip(),
            standing=Standing(state) if state and state != HOLDING else None,
            holding=state == HOLDING,
            kind=LandlordType(given["famille"]) if given.get("famille") else None,
            region=given["region"].pk if given.get("region") else None,
            order=Order(sort.removeprefix("-")),
            descending=sort.startswith("-"),
        )


def asked(request: Request) -> tuple[RegisterForm, queries.Register]:
    """The register as the address asks for it."""
    form = RegisterForm({"au": request.on.isoformat()} | request.GET.dict())
    return form, queries.register(on=form.day(request.on), filters=form.filters())


@door(GET=Open.PUBLIC)
def register(request: Request) -> HttpResponse:
    """Who is labelled, and who was, on a day."""
    form, found = asked(request)
    page = Paginator(found.lines, PAGE).get_page(request.GET.get("page"))
    filters = form.filters()
    context: dict[str, Any] = {
        "form": form,
        "found": found,
        "page": page,
        "past": found.on < request.on,
        "ignored": form.faults(request.on).values(),
        "sort": f"{'-' if filters.descending else ''}{filters.order}",
        "filtered": any(value for name, value in request.GET.items() if name not in {"page", "sort", "au"}),
        "query": request.GET.urlencode(),
        "ended": found.total - found.holding - found.suspended,
    }
    return _kept_by_nobody(render(request, "register/register.html", context))


@door(GET=Open.PUBLIC)
def landlord(request: Request, siren: str) -> HttpResponse:
    """One landlord: its label today, each certificate, and everything that befell it."""
    labels = queries.of_landlord(siren=siren, on=request.on) if siren.isdecimal() else []
    if not labels:
        raise Http404
    context = {
        "landlord": labels[0].landlord,
        "label": labels[0],
        "labels": [
            {
                "label": one,
                "moments": tuple(reversed(one.moments)),
                "certificates": [(held, one.answer(held, request.on)) for held in reversed(one.certificates)],
            }
            for one in labels
        ],
    }
    return _kept_by_nobody(render(request, "register/landlord.html", context))


@door(GET=Open.PUBLIC)
def about(request: Request) -> HttpResponse:
    """How to read the register from a program: addresses, filters, schema, keys."""
    form = RegisterForm()
    closed = [(name, form.accepted(name)) for name in ("etat", "famille", "region", "sort")]
    return _kept_by_nobody(render(request, "register/about.html", {"closed": closed, "keys": queries.authorities()}))


def _kept_by_nobody(response: HttpResponse) -> HttpResponse:
    """Pages hold the visitor's own form token: a browser may keep one, and asks before showing it again."""
    response["Cache-Control"] = "private, no-cache"
    return response
