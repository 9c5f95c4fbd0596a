"""The committees: who sits on a day, seat by seat, and composing them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.committee import operations, queries
from palier.committee.models import Committee, Mandate, Seat
from palier.committee.rules.seats import Office
from palier.directory.models import Organisation
from palier.directory.rules import ROLES_OF_KIND, Right, Role, Thing
from palier.documents.operations import keep
from palier.documents.queries import current
from palier.verdict import Refusal
from palier.web.committee.forms import AppointForm, CommitteeForm, DayForm, SeatForm
from palier.web.documents.files import attachment, receives
from palier.web.doors import Request, door
from palier.web.export import spreadsheet
from palier.web.ledger.history import entries_of

READ, WRITE = (Thing.COMMITTEE, Right.READ), (Thing.COMMITTEE, Right.WRITE)
BODIES = sorted(kind for kind, roles in ROLES_OF_KIND.items() if Role.COMMITTEE_MEMBER in roles)


@door(GET=READ)
def committees(request: Request) -> HttpResponse:
    """Every committee, as it stands today."""
    rows = queries.committees(on=request.on)
    return render(
        request, "committee/committees.html", {"rows": rows, "may_write": bool(request.may(Right.WRITE, Thing.COMMITTEE))}
    )


@door(GET=WRITE, POST=WRITE)
def add(request: Request) -> HttpResponse:
    """Found a committee."""
    form = CommitteeForm(request.POST or None)
    if form.is_valid():
        try:
            made = operations.found(name=form.cleaned_data["name"], by=request.user, at=request.at)
        except Refusal as refusal:
            form.add_error("name", refusal.verdict.sentence)
        else:
            messages.success(request, "Le comité est créé, sous des règles de départ à relire. Ouvrez ses sièges.")
            return redirect("committee", committee_id=made.pk)
    return render(request, "committee/add.html", {"form": form}, status=422 if form.errors else 200)


@door(GET=READ)
def committee(request: Request, committee_id: int) -> HttpResponse:
    """Who sits, on a day."""
    found = get_object_or_404(Committee, pk=committee_id)
    form = DayForm(request.GET or None)
    on = (form.cleaned_data.get("on") if form.is_valid() else None) or request.on
    composition = queries.composition(committee=found, on=on)
    if request.GET.get("format") == "csv":
        return _export(found, composition)
    form = form if form.errors else DayForm(initial={"on": on})
    context = {
        "committee": found,
        "composition": composition,
        "on": on,
        "form": form,
        "terms": queries.terms_on(committee=found, on=on),
        "may_write": bool(request.may(Right.WRITE, Thing.COMMITTEE)),
        "sees_sessions": queries.committees_of(person=request.user, roles=request.roles, on=request.on)
        .filter(pk=found.pk)
        .exists(),
        "history": entries_of(request, "committee.committee", found.pk, limit=8),
    }
    return render(request, "committee/committee.html", context)


def _export(committee: Committee, composition: queries.Composition) -> HttpResponse:
    header = ("Siège", "Organisme", "Voix", "Titulaire", "Fonction", "Mandat du", "Au", "Suppléance, dans l’ordre d’appel")
    rows = [
        (
            line.seat.number,
            line.seat.body.name,
            "oui" if line.seat.voting else "non",
            line.titular.person.name if line.titular else "",
            line.office.label if line.office else "",
            line.titular.starts_on if line.titular else None,
            line.titular.ends_on if line.titular else None,
            ", ".join(one.person.name for one in line.substitutes),
        )
        for line in composition.seats
    ]
    return spreadsheet("csv", f"comite-{committee.pk}", header, rows)


@door(GET=WRITE, POST=WRITE)
def add_seat(request: Request, committee_id: int) -> HttpResponse:
    """Open a seat."""
    found = get_object_or_404(Committee, pk=committee_id)
    bodies = Organisation.objects.filter(kind__in=BODIES, closed_on__isnull=True, of_landlord__isnull=True)
    form = SeatForm(request.POST or None, bodies=bodies.order_by("plain_name"))
    if form.is_valid():
        given = form.cleaned_data
        seat = operations.add_seat(
            committee=found, body=given["body"], voting=given["voting"] == "yes", by=request.user, at=request.at
        )
        messages.success(request, f"Le siège {seat.number} est ouvert. Nommez sa personne titulaire.")
        return redirect("committee_seat", committee_id=found.pk, seat_id=seat.pk)
    return render(request, "committee/add_seat.html", {"committee": found, "form": form}, status=422 if form.errors else 200)


def _seat(committee_id: int, seat_id: int) -> Seat:
    return get_object_or_404(Seat.objects.select_related("committee", "body"), pk=seat_id, committee=committee_id)


def _mandate(committee_id: int, mandate_id: int) -> Mandate:
    found = Mandate.objects.select_related("seat__body", "committee", "person", "appointment")
    return get_object_or_404(found, pk=mandate_id, committee=committee_id)


@door(GET=READ)
def seat(request: Request, committee_id: int, seat_id: int) -> HttpResponse:
    """One seat: who holds it, who held it, who will."""
    found = _seat(committee_id, seat_id)
    composition = queries.composition(committee=found.committee, on=request.on)
    line = next((one for one in composition.seats if one.seat.pk == found.pk), queries.Composed(found))
    held = {one.pk for one in (line.titular, *line.substitutes) if one}
    context: dict[str, Any] = {
        "committee": found.committee,
        "seat": found,
        "line": line,
        "others": [one for one in queries.mandates(seat=found) if one.pk not in held],
        "offices": [office for office in Office if line.titular and found.voting and line.office is not office],
        "may_write": bool(request.may(Right.WRITE, Thing.COMMITTEE)),
    }
    return render(request, "committee/seat.html", context)


@door(POST=WRITE)
def close_seat(request: Request, committee_id: int, seat_id: int) -> HttpResponse:
    """Close a seat."""
    found = _seat(committee_id, seat_id)
    operations.close_seat(seat=found, by=request.user, at=request.at)
    messages.success(request, f"Le siège {found.number} est fermé. Il reste lisible aux dates passées.")
    return redirect("committee", committee_id=committee_id)


@door(GET=WRITE, POST=WRITE, before=receives("file"))
def appoint(request: Request, committee_id: int, seat_id: int) -> HttpResponse:
    """Appoint somebody to a seat."""
    found = _seat(committee_id, seat_id)
    held = queries.mandates(seat=found).filter(rank=0, ends_on__isnull=True).exists()
    initial = {"starts_on": request.on, "place": "substitute" if held else "titular"}
    form = AppointForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid():
        given = form.cleaned_data
        try:
            with transaction.atomic():  # a refusal leaves no document behind
                mandate = operations.appoint(
                    seat=found,
                    email=given["email"],
                    name=given["name"],
                    titular=given["place"] == "titular",
                    starts_on=given["starts_on"],
                    ends_on=given["ends_on"],
                    appointment=_appointment(request, found, given) if given["file"] else None,
                    by=request.user,
                    at=request.at,
                )
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            messages.success(request, f"{mandate.person.name} est au siège {found.number}.")
            return redirect("committee_seat", committee_id=committee_id, seat_id=seat_id)
    context = {"committee": found.committee, "seat": found, "form": form}
    return render(request, "committee/appoint.html", context, status=422 if form.errors else 200)


def _appointment(request: Request, seat: Seat, given: dict[str, Any]) -> Any:
    title = f"Désignation de {given['name']}, siège {seat.number}"
    return keep(
        landlord=None, received=request.ready(), title=title, kind="appointment", by=request.user, at=request.at
    ).document


@door(GET=WRITE)
def appointment(request: Request, committee_id: int, mandate_id: int) -> FileResponse:
    """The document by which a body appointed somebody."""
    found = _mandate(committee_id, mandate_id)
    if found.appointment is None:
        raise Http404
    return attachment(current(found.appointment))


@door(POST=WRITE)
def end_mandate(request: Request, committee_id: int, mandate_id: int) -> HttpResponse:
    """End a mandate."""
    found = _mandate(committee_id, mandate_id)
    operations.end_mandate(mandate=found, by=request.user, at=request.at)
    messages.success(request, f"Le mandat de {found.person.name} est fini.")
    return redirect("committee_seat", committee_id=committee_id, seat_id=found.seat_id)


@door(POST=WRITE)
def call_earlier(request: Request, committee_id: int, mandate_id: int) -> HttpResponse:
    """Call a substitute earlier."""
    found = _mandate(committee_id, mandate_id)
    operations.call_earlier(mandate=found, by=request.user, at=request.at)
    messages.success(request, f"{found.person.name} est appelé plus tôt.")
    return redirect("committee_seat", committee_id=committee_id, seat_id=found.seat_id)


@door(POST=WRITE)
def give_office(request: Request, committee_id: int, mandate_id: int) -> HttpResponse:
    """Give the presidency or the vice-presidency."""
    found = _mandate(committee_id, mandate_id)
    if request.POST.get("office") not in set(Office):
        raise Http404
    office = Office(request.POST["office"])
    operations.give_office(mandate=found, office=office, by=request.user, at=request.at)
    messages.success(request, f"{found.person.name} exerce désormais la {office.label}.")
    return redirect("committee_seat", committee_id=committee_id, seat_id=found.seat_id)
