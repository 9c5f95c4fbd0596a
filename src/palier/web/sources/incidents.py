"""Incidents: told in under a minute on a phone, listed for the landlord's own people, voided when they were a mistake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.sources import operations, queries
from palier.sources.models import Incident
from palier.sources.rules.incidents import Complaint, IncidentKind, Place, Recurrence, Victim
from palier.sources.rules.intake import Origin
from palier.stock import queries as stock
from palier.verdict import Refusal, no
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, spreadsheet
from palier.web.sources.forms import IncidentFilters, IncidentForm, VoidForm

READ = (Thing.INCIDENTS, Right.READ)
REPORT = (Thing.INCIDENTS, Right.WRITE_OWN)
PER_PAGE = 25


def _homes(landlord: Landlord) -> list[tuple[str, list[tuple[str, str]]]]:
    """The residences to choose from, by agency or town: short lists are found with a thumb."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for residence in stock.residences(landlord=landlord):
        group = residence.sector or residence.commune_name or "Autres résidences"
        groups.setdefault(group, []).append((str(residence.pk), residence.name))
    return sorted(groups.items())


@door(GET=REPORT, POST=REPORT)
def report(request: Request, landlord: Landlord) -> HttpResponse:
    """Tell an incident. The residence and the day of the last one told are offered for the next."""
    first = {"on": request.on, "residence": request.GET.get("residence", "")}
    form = IncidentForm(request.POST or None, initial=first, residences=_homes(landlord))
    if request.method == "POST" and form.is_valid():
        try:
            noted = operations.record_incident(
                landlord=landlord, told=form.told, origin=Origin.FORM, by=request.user, at=request.at
            )
        except Refusal as refusal:
            for reason in refusal.verdict.reasons:
                form.add_error(_FIELD_OF.get(reason.code, "text"), reason.sentence)
        else:
            messages.success(request, "L’incident est enregistré. Merci.")
            response = redirect("incident_report", landlord_id=landlord.pk)
            response["Location"] += f"?residence={noted.residence_id}"
            return response
    context = {"landlord": landlord, "form": form, "may_list": bool(request.may(READ[1], READ[0]))}
    return render(request, "sources/report.html", context, status=422 if request.method == "POST" else 200)


_FIELD_OF = {"sources.future": "on", "sources.too_old": "on", "sources.residence": "residence"}


def _narrowed(landlord: Landlord, form: IncidentFilters) -> QuerySet[Incident]:
    asked = form.cleaned_data if form.is_valid() else {}
    found = queries.incidents(landlord=landlord, voided=bool(asked.get("annules")))
    if asked.get("residence"):
        found = found.filter(residence=asked["residence"])
    if asked.get("nature"):
        found = found.filter(kind=asked["nature"])
    return found.filter(on__gte=asked["depuis"]) if asked.get("depuis") else found


def _filters(request: Request, landlord: Landlord) -> IncidentFilters:
    homes = stock.all_residences(landlord=landlord).order_by("plain_name").values_list("pk", "name")
    return IncidentFilters(request.GET or None, residences=[(str(pk), name) for pk, name in homes])


@door(GET=READ)
def listing(request: Request, landlord: Landlord) -> HttpResponse:
    """The incidents of a landlord, for its own people alone."""
    form = _filters(request, landlord)
    page = Paginator(_narrowed(landlord, form), PER_PAGE).get_page(request.GET.get("page"))
    write = bool(request.may(Right.WRITE, Thing.INCIDENTS))
    context = {
        "landlord": landlord,
        "form": form,
        "page": page,
        "rows": [{"incident": found, **_words(found), "may_void": write or found.by_id == request.user.pk} for found in page],
        "narrowed": form.is_valid() and any(form.cleaned_data.values()),
        "query": request.GET.urlencode(),
        "may_report": bool(request.may(REPORT[1], REPORT[0])),
    }
    return render(request, "sources/incidents.html", context)


def _words(found: Incident) -> dict[str, str]:
    return {
        "kind": IncidentKind(found.kind).label,
        "place": Place(found.place).label,
        "victim": Victim(found.victim).label,
        "recurrence": Recurrence(found.recurrence).label,
        "complaint": Complaint(found.complaint).label,
    }


@door(GET=REPORT, POST=REPORT)
def void(request: Request, landlord: Landlord, incident_id: int) -> HttpResponse:
    """Say that an incident was a mistake: one's own, or any for who runs quality."""
    found = get_object_or_404(queries.incidents(landlord=landlord, voided=True), pk=incident_id)
    if not request.may(Right.WRITE, Thing.INCIDENTS) and found.by_id != request.user.pk:
        raise Refusal(no("sources.not_yours", "Vous annulez les incidents que vous avez signalés, et eux seuls."))
    form = VoidForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.void_incident(incident=found, reason=form.cleaned_data["reason"], by=request.user, at=request.at)
        except Refusal as refusal:
            for reason in refusal.verdict.reasons:
                form.add_error("reason", reason.sentence)
        else:
            messages.success(request, "L’incident est annulé. Il reste dans la liste et ne compte plus.")
            return redirect("incidents", landlord_id=landlord.pk)
    context = {"landlord": landlord, "incident": found, **_words(found), "form": form}
    return render(request, "sources/void.html", context, status=422 if request.method == "POST" else 200)


@door(GET=READ)
def export(request: Request, landlord: Landlord, kind: str) -> HttpResponse:
    """The incidents as filtered, as a spreadsheet, for the landlord's own people alone."""
    if kind not in MEDIA_TYPES:
        raise Http404
    header = [
        "Jour",
        "Résidence",
        "Nature",
        "Lieu",
        "Victime",
        "Répétition",
        "Plainte",
        "Précisions",
        "Référence",
        "Origine",
        "Annulé",
    ]
    return spreadsheet(kind, f"incidents-{landlord.pk}", header, _exported(_narrowed(landlord, _filters(request, landlord))))


def _exported(found: QuerySet[Incident]) -> Iterator[list[Any]]:
    for incident in found.iterator(chunk_size=2_000):
        words = _words(incident)
        yield [
            incident.on,
            incident.residence.name,
            *(words[name] for name in ("kind", "place", "victim", "recurrence", "complaint")),
            incident.text,
            incident.reference,
            Origin(incident.origin).label,
            incident.void_reason,
        ]
