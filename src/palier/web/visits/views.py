"""The visits of a landlord: the list and its calendar, one visit, what moved since the one before, planning."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.frameworks import queries as grids
from palier.frameworks.rules.grid import NOTHING, Criterion, Given, Level
from palier.stock.queries import residences
from palier.verdict import Refusal
from palier.visits import operations, queries
from palier.visits.models import Photo
from palier.visits.rules import Kind, Move, State, is_fault, is_late
from palier.web.documents.files import attachment
from palier.web.doors import Open, Request, door
from palier.web.export import MEDIA_TYPES, Format, spreadsheet
from palier.web.ledger.history import entries_of
from palier.web.visits.forms import MINE, BecauseForm, FilterForm, MoveForm, PlanForm, RemarkForm
from palier.web.visits.scope import WRITE, holds, team, visible, visit_of

PER_PAGE = 25


class Listing:
    """The visits of the page, as filtered."""

    def __init__(self, request: Request, landlord: Landlord) -> None:
        inside = holds(request, Right.READ)
        self.filters = FilterForm(request.GET or None, team=team(request, landlord) if inside else {})
        asked = self.filters.cleaned_data if self.filters.is_valid() else {}
        self.narrowed = any(asked.values())
        who = asked.get("qui", "")
        self.found = queries.narrowed(
            visible(request, landlord),
            text=asked.get("q", ""),
            kind=asked.get("visite", ""),
            state=asked.get("etat", ""),
            person=request.user.pk if who == MINE else int(who or 0) or None,
            on=request.on,
        )


def line(request: Request, visit: Any) -> dict[str, Any]:
    """A visit as a line of the list."""
    state = State(visit.state)
    return {
        "visit": visit,
        "kind": Kind(visit.kind),
        "state": state,
        "late": is_late(visit.planned_on, state, request.on),
        "mark": {State.PLANNED: "todo", State.UNDER_WAY: "doing", State.DONE: "done", State.CANCELLED: "refused"}[state],
    }


@door(GET=Open.SIGNED_IN)
def visits(request: Request, landlord: Landlord) -> HttpResponse:
    """The visits: those to do first, then the latest done."""
    listing = Listing(request, landlord)
    page = Paginator(listing.found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "landlord": landlord,
        "listing": listing,
        "page": page,
        "rows": [line(request, visit) for visit in page],
        "calendar": queries.calendar(landlord=landlord, on=request.on) if holds(request, Right.READ) else None,
        "may_plan": holds(request, Right.WRITE),
        "may_fill": holds(request, Right.WRITE_OWN),
        "may_report": bool(request.may(Right.WRITE_OWN, Thing.INCIDENTS)),
        "query": request.GET.urlencode(),
    }
    return render(request, "visits/visits.html", context)


@door(GET=Open.SIGNED_IN)
def export(request: Request, landlord: Landlord, form: Format) -> HttpResponse:
    """The list as filtered, as a spreadsheet."""
    if form not in MEDIA_TYPES:
        raise Http404
    header = ["Visite", "Résidence", "Escalier", "Prévue le", "Confiée à", "Où elle en est", "Faite le", "Score sur 100"]
    rows = (
        [
            Kind(v.kind).label,
            v.residence.name,
            v.staircase.name if v.staircase else "",
            v.planned_on,
            v.entrusted_to.name if v.entrusted_to else "",
            State(v.state).label,
            v.done_at,
            round(100 * v.assessment.score, 1) if v.done_at and v.assessment.score is not None else None,
        ]
        for v in Listing(request, landlord).found
    )
    return spreadsheet(form, f"visites-{landlord.pk}-{request.on:%Y-%m-%d}", header, rows)


@door(GET=Open.SIGNED_IN)
def visit(request: Request, landlord: Landlord, visit_id: int) -> HttpResponse:
    """One visit: where it stands, what was seen point by point, and what may be done with it."""
    found = visit_of(request, landlord, visit_id)
    row = line(request, found)
    before = queries.previous(found) if found.done_at else None
    writes, open_ = holds(request, Right.WRITE), row["state"] in {State.PLANNED, State.UNDER_WAY}
    mine = found.entrusted_to_id in {None, request.user.pk} and holds(request, Right.WRITE_OWN)
    context = row | {
        "landlord": landlord,
        "themes": _themes(found) if found.assessment else [],
        "priorities": _priorities(found),
        "before": before,
        "counts": _counts(before, found) if before else None,
        "may_fill": mine and open_,
        "move_form": MoveForm(team=team(request, landlord), initial=_when(found)) if writes and open_ else None,
        "cancel_form": BecauseForm() if writes and open_ else None,
        "may_share": writes and found.done_at and not found.shared_at,
        "remark_form": _remark(request, found),
        "history": entries_of(request, "visits.visit", found.pk),
    }
    return render(request, "visits/visit.html", context)


def _when(found: Any) -> dict[str, Any]:
    return {"planned_on": found.planned_on, "entrusted_to": found.entrusted_to_id or ""}


def _remark(request: Request, found: Any) -> RemarkForm | None:
    if found.kind != Kind.ROUND or not found.done_at or not holds(request, Right.WRITE_OWN):
        return None
    return RemarkForm(initial={"text": found.remark})


def _themes(found: Any) -> list[dict[str, Any]]:
    """The points by theme, with what was seen; what was not answered yet is there too."""
    of, answers = queries.grid(found), grids.answers(found.assessment)
    given, pictures = grids.given(found.assessment), queries.photos([found])
    return [
        {
            "theme": theme,
            "rows": [
                {
                    "point": c,
                    "level": _step(c, answers[c.code].value),
                    "answer": answers[c.code],
                    "fault": is_fault(c, given.get(c.code, NOTHING)),
                    "photos": pictures.get((found.pk, c.code), []),
                }
                for c in theme.criteria
            ],
        }
        for theme in of.themes
    ]


def _step(criterion: Criterion, value: int | None) -> Level | None:
    return None if value is None else criterion.scale.level(value)


def _priorities(found: Any) -> list[str]:
    chosen = queries.priorities(found)
    return [queries.grid(found).criteria[code].title for code in chosen]


def _counts(before: Any, after: Any) -> dict[str, int]:
    moves = [change.move for change in queries.changes(before, after)]
    return {move.value: moves.count(move) for move in Move}


@door(GET=Open.SIGNED_IN)
def gap(request: Request, landlord: Landlord, visit_id: int) -> HttpResponse:
    """What got worse and what got better since the visit before, photos side by side."""
    found = visit_of(request, landlord, visit_id)
    before = queries.previous(found) if found.done_at else None
    if before is None or not visible(request, landlord).filter(pk=before.pk).exists():
        raise Http404
    pictures = queries.photos([before, found])
    first = set(queries.priorities(found))
    old = queries.grid(before)
    rows: dict[Move, list[dict[str, Any]]] = {move: [] for move in Move}
    for change in queries.changes(before, found):
        code = change.criterion.code
        was = old.criteria.get(code)
        rows[change.move].append(
            {
                "point": change.criterion,
                "before": _level(was, change.before) if was else None,
                "after": _level(change.criterion, change.after),
                "priority": code in first,
                "photos_before": pictures.get((before.pk, code), []),
                "photos_after": pictures.get((found.pk, code), []),
            }
        )
    parts = [{"move": move, "rows": rows[move]} for move in (Move.WORSE, Move.BETTER)]
    context = {
        "landlord": landlord,
        "visit": found,
        "before": before,
        "kind": Kind(found.kind),
        "parts": parts,
        "same": rows[Move.SAME],
        "unknown": rows[Move.UNKNOWN],
    }
    return render(request, "visits/gap.html", context)


def _level(criterion: Criterion, given: Given) -> str:
    if given.not_applicable:
        return "Non vu"
    level = _step(criterion, given.value)
    return level.label if level else "Sans réponse"


@door(GET=Open.SIGNED_IN)
def photo(request: Request, landlord: Landlord, visit_id: int, photo_id: int) -> FileResponse:
    """A photo of a visit that the person may read."""
    found = visit_of(request, landlord, visit_id)
    row = get_object_or_404(Photo.objects.filter(visit=found, removed_at__isnull=True), pk=photo_id)
    return attachment(queries.file_of(row.document_id))


# --- Planning -------------------------------------------------------------------------------------------------------


@door(GET=WRITE, POST=WRITE)
def plan(request: Request, landlord: Landlord, *, kind: str) -> HttpResponse:
    """Plan residence sheets, or cleanliness rounds, for a day."""
    if kind == Kind.ROUND:
        stairs = {one.pk: one for one in queries.staircases(landlord=landlord)}
        places = [(one.residence.name, one.pk, one.name) for one in stairs.values()]
        offered: dict[int, Any] = dict(stairs)
    else:
        homes = residences(landlord=landlord)
        offered = {one.pk: one for one in homes}
        places = [(one.sector or one.commune_name or "Autres résidences", one.pk, one.name) for one in homes]
    form = PlanForm(
        request.POST or None,
        team=team(request, landlord),
        places=places,
        label="Escaliers" if kind == Kind.ROUND else "Résidences",
        chosen=request.GET.get("cocher", ""),
        initial={"planned_on": request.on},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.plan(
                landlord=landlord,
                places=[offered[int(pk)] for pk in form.cleaned_data["places"]],
                planned_on=form.cleaned_data["planned_on"],
                entrusted_to=form.person,
                by=request.user,
                at=request.at,
            )
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            some = f"{len(made)} visites prévues." if len(made) > 1 else "La visite est prévue."
            messages.success(request, some)
            return redirect("visits", landlord_id=landlord.pk)
    context = {"landlord": landlord, "form": form, "kind": Kind(kind), "places": places}
    return render(request, "visits/plan.html", context, status=422 if form.errors else 200)


def _back(landlord: Landlord, visit_id: int) -> HttpResponse:
    return redirect("visit", landlord_id=landlord.pk, visit_id=visit_id)


@door(POST=WRITE)
def move(request: Request, landlord: Landlord, visit_id: int) -> HttpResponse:
    """Give a visit another day or another person."""
    found = visit_of(request, landlord, visit_id)
    form = MoveForm(request.POST, team=team(request, landlord))
    if not form.is_valid():
        return render(request, "visits/again.html", {"landlord": landlord, "visit": found, "form": form}, status=422)
    operations.replan(
        visit=found,
        planned_on=form.cleaned_data["planned_on"],
        entrusted_to=form.person,
        by=request.user,
        at=request.at,
    )
    messages.success(request, "Le jour et la personne sont enregistrés.")
    return _back(landlord, visit_id)


@door(POST=WRITE)
def cancel(request: Request, landlord: Landlord, visit_id: int) -> HttpResponse:
    """Give a visit up, with the reason."""
    found = visit_of(request, landlord, visit_id)
    form = BecauseForm(request.POST)
    if not form.is_valid():
        return render(request, "visits/again.html", {"landlord": landlord, "visit": found, "form": form}, status=422)
    operations.cancel(visit=found, because=form.cleaned_data["because"], by=request.user, at=request.at)
    messages.success(request, "La visite est annulée.")
    return _back(landlord, visit_id)


@door(POST=WRITE)
def share(request: Request, landlord: Landlord, visit_id: int) -> HttpResponse:
    """Open a done visit to the tenants' representatives."""
    operations.share(visit=visit_of(request, landlord, visit_id), by=request.user, at=request.at)
    messages.success(request, "Les représentants des locataires peuvent lire cette visite.")
    return _back(landlord, visit_id)


@door(POST=(WRITE[0], Right.WRITE_OWN))
def remark(request: Request, landlord: Landlord, visit_id: int) -> HttpResponse:
    """Note what whoever cleans says of a check."""
    found = visit_of(request, landlord, visit_id)
    form = RemarkForm(request.POST)
    if not form.is_valid():
        return render(request, "visits/again.html", {"landlord": landlord, "visit": found, "form": form}, status=422)
    operations.remark(visit=found, text=form.cleaned_data["text"], by=request.user, at=request.at)
    messages.success(request, "La remarque est notée.")
    return _back(landlord, visit_id)
