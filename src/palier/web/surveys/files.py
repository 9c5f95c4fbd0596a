"""Files of tenants and of events: deposit, columns, preview, entry. Reading is done before the transaction of the act."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.stock.operations import Received, receive
from palier.surveys import operations, queries
from palier.surveys.models import FrameFile
from palier.surveys.operations.frame import Found
from palier.surveys.reading.households import ReadFrame
from palier.surveys.rules.contact import Channel
from palier.surveys.rules.frame import OPEN, Holds, State, may_apply
from palier.verdict import Conflict, Refusal
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, spreadsheet
from palier.web.ledger.history import entries_of
from palier.web.surveys.forms import ColumnsForm, DepositForm, EventDepositForm, SheetForm
from palier.web.surveys.households import READ, WRITE

PER_PAGE = 25
SHAPES = {
    State.TO_COMPLETE: "missing",
    State.READY: "todo",
    State.REFUSED: "refused",
    State.APPLIED: "done",
    State.DROPPED: "vacant",
}


def _get(landlord: Landlord, file_id: int) -> FrameFile:
    return get_object_or_404(queries.frame_files(landlord=landlord), pk=file_id)


def _back(file: FrameFile) -> HttpResponse:
    name = "frame_file_complete" if file.state == State.TO_COMPLETE else "frame_file"
    return redirect(name, landlord_id=file.landlord_id, frame_file_id=file.pk)


def _receive(
    request: Request, landlord: Landlord, holds: Holds = Holds.HOUSEHOLDS
) -> tuple[Received, operations.Looked] | None:
    file = request.FILES.get("file")
    if not file:
        return None
    received = receive(file=file, name=file.name or "")
    return received, operations.look_at(received.digest, holds=holds)


@door(GET=WRITE, POST=WRITE, before=_receive)
def deposit(request: Request, landlord: Landlord, holds: Holds = Holds.HOUSEHOLDS) -> HttpResponse:
    """Drop a file of tenants, or of events."""
    of_events = holds is Holds.EVENTS
    form = (EventDepositForm if of_events else DepositForm)(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            received, looked = request.ready()
            file = operations.open_file(
                landlord=landlord, received=received, looked=looked, holds=holds, by=request.user, at=request.at
            )
        except Refusal as refusal:
            form.add_error("file", refusal.verdict.sentence)
        else:
            return _back(file)
    context = {"landlord": landlord, "form": form}
    page = "surveys/event_deposit.html" if of_events else "surveys/deposit.html"
    return render(request, page, context, status=422 if request.method == "POST" else 200)


@door(GET=READ)
def listing(request: Request, landlord: Landlord) -> HttpResponse:
    """The files of a landlord, whatever became of them."""
    page = Paginator(queries.frame_files(landlord=landlord), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "landlord": landlord,
        "page": page,
        "rows": [(file, SHAPES[State(file.state)], State(file.state).label) for file in page],
        "may_write": bool(request.may(WRITE[1], WRITE[0])),
    }
    return render(request, "surveys/files.html", context)


@door(GET=READ)
def item(request: Request, landlord: Landlord, frame_file_id: int) -> HttpResponse:
    """One file, wherever it stands."""
    file = _get(landlord, frame_file_id)
    state = State(file.state)
    ways = file.report.get("ways", {})
    context = {
        "landlord": landlord,
        "item": file,
        "shape": SHAPES[state],
        "state": state.label,
        "states": {s.name: s is state for s in State},
        "open": state in OPEN,
        "apply": may_apply(state),
        "events": file.holds == Holds.EVENTS,
        "ways": [(channel.label, ways[channel]) for channel in Channel if channel in ways],
        "unreachable": ways.get("none", 0),
        "may_write": bool(request.may(WRITE[1], WRITE[0])),
        "history": entries_of(request, "surveys.frame_file", file.pk),
    }
    return render(request, "surveys/file.html", context)


@dataclass(frozen=True, slots=True)
class _Read:
    """What the columns said, and what the file then gave."""

    mapping: dict[int, str]
    found: Found


def _read(request: Request, landlord: Landlord, frame_file_id: int) -> _Read | None:
    file = _get(landlord, frame_file_id)
    form = ColumnsForm(request.POST, file=file)
    if file.state not in OPEN or not form.is_valid():
        return None
    kind = form.cleaned_data.get("kind", "")
    return _Read(form.mapping, operations.read_again(file, form.mapping, kind=kind, at=request.at))


@door(GET=WRITE, POST=WRITE, before=_read)
def complete(request: Request, landlord: Landlord, frame_file_id: int) -> HttpResponse:
    """Say what each column is; the file is read at once."""
    file = _get(landlord, frame_file_id)
    if file.state not in OPEN:
        return _back(file)
    form = ColumnsForm(request.POST or None, file=file)
    if request.method == "POST" and form.is_valid() and (read := request.ready()):
        said = form.cleaned_data
        try:
            operations.keep_preview(
                file=file,
                mapping=read.mapping,
                whole=said.get("whole", True),
                kind=said.get("kind", ""),
                found=read.found,
                by=request.user,
                at=request.at,
                save_as=said["save_as"].strip(),
            )
        except Conflict:
            raise
        except Refusal as refusal:
            for reason in refusal.verdict.reasons:
                form.add_error(None, reason.sentence)
        else:
            return _back(file)
    sheets = SheetForm(file=file) if len(file.profile.get("sheets", [])) > 1 else None
    events = file.holds == Holds.EVENTS
    context = {"landlord": landlord, "item": file, "form": form, "sheets": sheets, "events": events}
    return render(request, "surveys/complete.html", context, status=422 if request.method == "POST" else 200)


def _look(request: Request, landlord: Landlord, frame_file_id: int) -> operations.Looked | None:
    file = _get(landlord, frame_file_id)
    form = SheetForm(request.POST, file=file)
    return (
        operations.look_at(file.file_digest, sheet=form.cleaned_data["sheet"], holds=Holds(file.holds))
        if form.is_valid()
        else None
    )


@door(POST=WRITE, before=_look)
def look_again(request: Request, landlord: Landlord, frame_file_id: int) -> HttpResponse:
    """Read another sheet: the columns are proposed afresh."""
    file = _get(landlord, frame_file_id)
    if looked := request.ready():
        operations.look_again(file=file, looked=looked, by=request.user, at=request.at)
    return _back(file)


def _ready(request: Request, landlord: Landlord, frame_file_id: int) -> Found | None:
    file = _get(landlord, frame_file_id)
    if not may_apply(State(file.state)):
        return None
    return operations.read_again(file, operations.mapping_of(file), kind=file.kind, at=request.at)


@door(POST=WRITE, before=_ready)
def apply(request: Request, landlord: Landlord, frame_file_id: int) -> HttpResponse:
    """Bring a preview in."""
    file = _get(landlord, frame_file_id)
    operations.apply_file(file=file, found=request.ready() or ReadFrame(), by=request.user, at=request.at)
    messages.success(request, f"« {file.file_name} » est intégré. Le fichier lui-même n’est pas gardé.")
    return redirect("hot_events", landlord_id=landlord.pk) if file.holds == Holds.EVENTS else _back(file)


@door(POST=WRITE)
def drop(request: Request, landlord: Landlord, frame_file_id: int) -> HttpResponse:
    """Give a file up."""
    file = _get(landlord, frame_file_id)
    operations.drop_file(file=file, by=request.user, at=request.at)
    messages.success(request, f"L’import de « {file.file_name} » est abandonné. Rien n’est entré.")
    return redirect("frame_files", landlord_id=landlord.pk)


@door(GET=READ)
def faults(request: Request, landlord: Landlord, frame_file_id: int, kind: str) -> HttpResponse:
    """What is wrong in a refused file, as a spreadsheet to work through."""
    if kind not in MEDIA_TYPES:
        raise Http404
    file = _get(landlord, frame_file_id)
    rows: Iterator[list[Any]] = ([number, fault["place"], fault["sentence"]] for number, fault in enumerate(file.faults, 1))
    return spreadsheet(kind, f"anomalies-{file.pk}", ["N°", "Endroit", "À corriger"], rows)
