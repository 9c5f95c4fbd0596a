"""Files of figures: deposit, columns, preview, entry, and back. Reading is done before the transaction of the act."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.sources import operations, queries
from palier.sources.models import Intake
from palier.sources.reading.reader import ReadFile
from palier.sources.reading.targets import choices
from palier.sources.rules.intake import OPEN, Layout, State, may_apply
from palier.stock.operations import Received, receive
from palier.verdict import Conflict, Refusal
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, spreadsheet
from palier.web.ledger.history import entries_of
from palier.web.sources.figures import READ, WRITE
from palier.web.sources.forms import ColumnsForm, DepositForm, LookForm

PER_PAGE = 25
SHAPES = {
    State.TO_COMPLETE: "missing",
    State.READY: "todo",
    State.REFUSED: "refused",
    State.APPLIED: "done",
    State.UNDONE: "vacant",
    State.DROPPED: "vacant",
}


def _get(landlord: Landlord, intake_id: int) -> Intake:
    return get_object_or_404(queries.intakes(landlord=landlord).select_related("landlord", "by", "applied_by"), pk=intake_id)


def _back(intake: Intake) -> HttpResponse:
    name = "sources_file_complete" if intake.state == State.TO_COMPLETE else "sources_file"
    return redirect(name, landlord_id=intake.landlord_id, intake_id=intake.pk)


def _receive(request: Request, landlord: Landlord) -> tuple[Received, operations.Looked] | None:
    file = request.FILES.get("file")
    if not file:
        return None
    received = receive(file=file, name=file.name or "")
    return received, operations.look_at(received.digest)


@door(GET=WRITE, POST=WRITE, before=_receive)
def deposit(request: Request, landlord: Landlord) -> HttpResponse:
    """Drop a file of figures or of incidents."""
    form = DepositForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            received, looked = request.ready()
            intake = operations.open_intake(landlord=landlord, received=received, looked=looked, by=request.user, at=request.at)
        except Refusal as refusal:
            form.add_error("file", refusal.verdict.sentence)
        else:
            return _back(intake)
    context = {"landlord": landlord, "form": form, "layouts": list(Layout)}
    return render(request, "sources/deposit.html", context, status=422 if request.method == "POST" else 200)


@door(GET=READ)
def listing(request: Request, landlord: Landlord) -> HttpResponse:
    """The files of a landlord, whatever became of them."""
    page = Paginator(queries.intakes(landlord=landlord), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "landlord": landlord,
        "page": page,
        "rows": [(found, Layout(found.layout).label, SHAPES[State(found.state)], State(found.state).label) for found in page],
        "may_write": bool(request.may(WRITE[1], WRITE[0])),
    }
    return render(request, "sources/files.html", context)


@door(GET=READ)
def item(request: Request, landlord: Landlord, intake_id: int) -> HttpResponse:
    """One file, wherever it stands."""
    found = _get(landlord, intake_id)
    state = State(found.state)
    context = {
        "landlord": landlord,
        "item": found,
        "layout": Layout(found.layout).label,
        "shape": SHAPES[state],
        "state": state.label,
        "states": {s.name: s is state for s in State},
        "open": state in OPEN,
        "apply": may_apply(state),
        "figures": [
            line | {"first": date.fromisoformat(line["first"]), "last": date.fromisoformat(line["last"])}
            for line in found.report.get("figures", [])
        ],
        "unread": [
            column["header"] or str(index + 1)
            for index, column in enumerate(found.profile.get("columns", []))
            if str(index) not in found.mapping
        ],
        "may_write": bool(request.may(WRITE[1], WRITE[0])),
        "history": entries_of(request, "sources.intake", found.pk),
    }
    return render(request, "sources/file.html", context)


@dataclass(frozen=True, slots=True)
class _Read:
    """What the columns said, and what the file then gave."""

    answers: operations.Answers
    found: ReadFile


def _read(request: Request, landlord: Landlord, intake_id: int) -> _Read | None:
    intake = _get(landlord, intake_id)
    form = ColumnsForm(request.POST, intake=intake)
    if intake.state not in OPEN or not form.is_valid():
        return None
    return _Read(form.answers, operations.read_again(intake, form.answers, at=request.at))


@door(GET=WRITE, POST=WRITE, before=_read)
def complete(request: Request, landlord: Landlord, intake_id: int) -> HttpResponse:
    """Say what each column is, the period, what the file's own words mean; the file is read at once."""
    intake = _get(landlord, intake_id)
    if intake.state not in OPEN:
        return _back(intake)
    form = ColumnsForm(request.POST or None, intake=intake)
    if request.method == "POST" and form.is_valid() and (read := request.ready()):
        try:
            operations.keep_preview(
                intake=intake,
                answers=read.answers,
                found=read.found,
                by=request.user,
                at=request.at,
                save_as=form.cleaned_data["save_as"].strip(),
            )
        except Conflict:
            raise
        except Refusal as refusal:
            for reason in refusal.verdict.reasons:
                form.add_error(None, reason.sentence)
        else:
            return _back(intake)
    context = {
        "landlord": landlord,
        "item": intake,
        "form": form,
        "look": LookForm(intake=intake),
        "layout": Layout(intake.layout).label,
        "incidents": intake.layout == Layout.INCIDENTS,
    }
    return render(request, "sources/complete.html", context, status=422 if request.method == "POST" else 200)


def _look(request: Request, landlord: Landlord, intake_id: int) -> operations.Looked | None:
    intake = _get(landlord, intake_id)
    form = LookForm(request.POST, intake=intake)
    if not form.is_valid():
        return None
    sheet = form.cleaned_data.get("sheet") or intake.profile.get("sheet", "")
    return operations.look_at(intake.file_digest, sheet=sheet, layout=Layout(form.cleaned_data["layout"]))


@door(POST=WRITE, before=_look)
def look_again(request: Request, landlord: Landlord, intake_id: int) -> HttpResponse:
    """Read another sheet, or take a line for something else: the columns are proposed afresh."""
    intake = _get(landlord, intake_id)
    if looked := request.ready():
        operations.look_again(intake=intake, looked=looked, by=request.user, at=request.at)
    return _back(intake)


def _ready(request: Request, landlord: Landlord, intake_id: int) -> ReadFile | None:
    intake = _get(landlord, intake_id)
    return (
        operations.read_again(intake, operations.answers_of(intake), at=request.at) if may_apply(State(intake.state)) else None
    )


@door(POST=WRITE, before=_ready)
def apply(request: Request, landlord: Landlord, intake_id: int) -> HttpResponse:
    """Bring a preview in."""
    intake = _get(landlord, intake_id)
    operations.apply_intake(intake=intake, found=request.ready() or ReadFile(), by=request.user, at=request.at)
    messages.success(request, f"« {intake.file_name} » est intégré.")
    return _back(intake)


@door(POST=WRITE)
def drop(request: Request, landlord: Landlord, intake_id: int) -> HttpResponse:
    """Give a file up."""
    intake = _get(landlord, intake_id)
    operations.drop_intake(intake=intake, by=request.user, at=request.at)
    messages.success(request, f"L’import de « {intake.file_name} » est abandonné. Aucun chiffre n’a changé.")
    return redirect("sources_files", landlord_id=landlord.pk)


@door(POST=WRITE)
def undo(request: Request, landlord: Landlord, intake_id: int) -> HttpResponse:
    """Take back what a file brought."""
    intake = operations.undo_intake(intake=_get(landlord, intake_id), by=request.user, at=request.at)
    messages.success(
        request, f"L’import de « {intake.file_name} » est annulé. Les chiffres qu’il remplaçait comptent à nouveau."
    )
    return _back(intake)


@door(GET=READ)
def faults(request: Request, landlord: Landlord, intake_id: int, kind: str) -> HttpResponse:
    """What is wrong in a refused file, as a spreadsheet to work through."""
    if kind not in MEDIA_TYPES:
        raise Http404
    intake = _get(landlord, intake_id)
    rows: Iterator[list[Any]] = ([number, fault["place"], fault["sentence"]] for number, fault in enumerate(intake.faults, 1))
    return spreadsheet(kind, f"anomalies-{intake.pk}", ["N°", "Endroit", "À corriger"], rows)


@door(GET=READ)
def mappings(request: Request, landlord: Landlord) -> HttpResponse:
    """The columns that a landlord saved."""
    page = Paginator(queries.saved_mappings(landlord=landlord), PER_PAGE).get_page(request.GET.get("page"))
    labels = {layout.value: dict(choices(layout)) for layout in Layout}
    rows = [
        (
            saved,
            Layout(saved.layout).label,
            [labels[saved.layout].get(name, name) for name in saved.columns["columns"].values()],
        )
        for saved in page
    ]
    context = {"landlord": landlord, "page": page, "rows": rows, "may_write": bool(request.may(WRITE[1], WRITE[0]))}
    return render(request, "sources/mappings.html", context)


@door(POST=WRITE)
def remove_mapping(request: Request, landlord: Landlord, saved_id: int) -> HttpResponse:
    """Forget saved columns."""
    found = get_object_or_404(queries.saved_mappings(landlord=landlord), pk=saved_id)
    operations.remove_saved_mapping(mapping=found, by=request.user, at=request.at)
    messages.success(request, f"La correspondance « {found.name} » est retirée.")
    return redirect("sources_mappings", landlord_id=landlord.pk)
