"""Bringing files in: deposit, what is still to be said, preview, entry into the stock, and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from procrastinate.contrib.django import app

from palier.directory.models import Landlord
from palier.sites.operations import undo_import
from palier.stock import operations, queries
from palier.stock.models import Import, Residence
from palier.stock.rules.fields import FIELDS, Unit
from palier.stock.rules.grouping import Rule
from palier.stock.rules.imports import AT_WORK, OPEN, WITHOUT_OWNER, Format, State, may_apply, may_undo
from palier.verdict import Refusal, Verdict
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, spreadsheet
from palier.web.ledger.history import entries_of
from palier.web.stock.forms import CompletionForm, DepositForm
from palier.web.stock.residences import READ, WRITE

PER_PAGE = 25
SHAPES = {
    State.READING: "doing",
    State.APPLYING: "doing",
    State.TO_COMPLETE: "missing",
    State.READY: "todo",
    State.REFUSED: "refused",
    State.APPLIED: "done",
    State.UNDONE: "vacant",
    State.DROPPED: "vacant",
    State.FAILED: "late",
}


def _defer(item: Import) -> None:
    """Hand an import to the worker, in the transaction of the act. Two jobs of one import never run together."""
    app.configure_task(name="stock.run_import", lock=f"stock.import.{item.pk}").defer(import_id=item.pk)


def _get(landlord: Landlord, import_id: int) -> Import:
    return get_object_or_404(queries.imports(landlord=landlord).select_related("landlord", "base", "asked_by"), pk=import_id)


def _back(item: Import) -> HttpResponse:
    return redirect("stock_import", landlord_id=item.landlord_id, import_id=item.pk)


def _receive(request: Request, landlord: Landlord) -> operations.Received | None:
    file = request.FILES.get("file")
    return operations.receive(file=file, name=file.name or "") if file else None


@door(GET=WRITE, POST=WRITE, before=_receive)
def deposit(request: Request, landlord: Landlord) -> HttpResponse:
    """Drop a file of the stock."""
    form = DepositForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            item = operations.start_import(
                landlord=landlord, received=request.ready(), year=form.cleaned_data["year"], by=request.user, at=request.at
            )
        except Refusal as refusal:
            form.add_error("year" if refusal.verdict.reasons[0].code == "stock.year" else "file", refusal.verdict.sentence)
        else:
            _defer(item)
            return _back(item)
    context = {"landlord": landlord, "form": form, "current": queries.current_import(landlord=landlord)}
    return render(request, "stock/deposit.html", context, status=422 if request.method == "POST" else 200)


@door(GET=READ)
def listing(request: Request, landlord: Landlord) -> HttpResponse:
    """The files of a landlord's stock, whatever became of them."""
    page = Paginator(queries.imports(landlord=landlord), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(item, Format(item.format).label, SHAPES[State(item.state)], State(item.state).label) for item in page]
    context = {
        "landlord": landlord,
        "page": page,
        "rows": rows,
        "current": queries.current_import(landlord=landlord),
        "may_write": bool(request.may(WRITE[1], WRITE[0])),
    }
    return render(request, "stock/imports.html", context)


@door(GET=READ)
def item(request: Request, landlord: Landlord, import_id: int) -> HttpResponse:
    """One import, wherever it stands."""
    found = _get(landlord, import_id)
    may_write = bool(request.may(WRITE[1], WRITE[0]))
    if found.state == State.TO_COMPLETE and may_write:
        return redirect("stock_import_complete", landlord_id=landlord.pk, import_id=found.pk)
    return render(request, "stock/import.html", _context(request, found, may_write=may_write))


def _context(request: Request, found: Import, *, may_write: bool) -> dict[str, Any]:
    state = State(found.state)
    siret = found.report.get("siret", "")
    return {
        "landlord": found.landlord,
        "item": found,
        "format": Format(found.format).label,
        "shape": SHAPES[state],
        "state": state.label,
        "working": state in AT_WORK,
        "states": {s.name: s == state for s in State},
        "may_write": may_write,
        "may_reread": found.format in {Format.TABLE, Format.ADDRESSES} and state in {State.REFUSED, State.READY},
        "open": state in OPEN,
        "apply": may_apply(state=state, accepted=True, needs_acceptance=False),
        "needs_acceptance": found.format in WITHOUT_OWNER,
        "undo": _undo_verdict(found) if state is State.APPLIED else None,
        "rules": [(count, Rule(rule).sentence) for rule, count in sorted(found.report.get("rules", {}).items())],
        "fields": [(FIELDS[name].label, count) for name, count in _changes(found).items()],
        "examples": _examples(found),
        "other_siren": siret[:9] if siret and found.landlord.siren and not siret.startswith(found.landlord.siren) else "",
        "unit": Unit(found.unit).label,
        "differences": bool(found.report.get("lines")) and state in {State.READY, State.APPLIED},
        "lost": _lost(found.report),
        "current": queries.current_import(landlord=found.landlord) if state is State.READY else None,
        "history": entries_of(request, "stock.import", found.pk),
    }


def _lost(report: dict[str, Any]) -> bool:
    """Whether most of what was there would leave: the wrong file, or columns read otherwise, more often than a fact."""
    if not report.get("base"):
        return False
    if lines := report.get("lines"):
        return bool(lines["went"] * 2 > report["homes"]["before"])
    return bool(report["gone"]["count"] * 2 > report["residences"]["before"])


def _changes(found: Import) -> dict[str, int]:
    return dict((found.report.get("lines") or {}).get("fields", {}))


def _examples(found: Import) -> list[dict[str, Any]]:
    examples = (found.report.get("lines") or {}).get("examples", [])
    return [
        {**example, "changes": [{**change, "label": FIELDS[change["field"]].label} for change in example["changes"]]}
        for example in examples
    ]


def _undo_verdict(found: Import) -> Verdict:
    last = Import.objects.filter(landlord=found.landlord_id, state=State.APPLIED).order_by("-applied_at", "-pk").first()
    corrected = Residence.objects.filter(landlord=found.landlord_id, corrected_at__gte=found.applied_at).exists()
    return may_undo(state=State(found.state), is_last=last is not None and last.pk == found.pk, corrected_since=corrected)


@door(GET=READ)
def progress(request: Request, landlord: Landlord, import_id: int) -> HttpResponse:
    """How far the worker is, for htmx; once it is done, the page is drawn again."""
    found = _get(landlord, import_id)
    response = render(
        request, "stock/import.html#progress", {"item": found, "landlord": landlord, "working": found.state in AT_WORK}
    )
    if found.state not in AT_WORK:
        response["HX-Refresh"] = "true"
    return response


@door(GET=WRITE, POST=WRITE)
def complete(request: Request, landlord: Landlord, import_id: int) -> HttpResponse:
    """Say what the file does not: year, columns, whose lines, commune."""
    found = _get(landlord, import_id)
    if found.state not in {State.TO_COMPLETE, State.REFUSED, State.READY} or found.format == Format.UNKNOWN:
        return _back(found)
    sheet = request.POST.get("sheet", "")
    if sheet and sheet != found.profile.get("sheet"):  # another sheet has other columns: they are proposed first
        operations.choose_sheet(item=found, sheet=sheet, by=request.user, at=request.at)
        _defer(found)
        return _back(found)
    form = CompletionForm(request.POST or None, item=found)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            operations.complete_import(
                item=found,
                year=given["year"],
                mapping=form.mapping if form.columns else None,
                unit=Unit(given["unit"]) if given.get("unit") else None,
                owners=frozenset(given.get("owners", [])),
                commune=given.get("commune", ""),
                commune_name=given.get("commune_name", ""),
                save_as=given.get("save_as", ""),
                by=request.user,
                at=request.at,
            )
        except Refusal as refusal:
            for reason in refusal.verdict.reasons:
                form.add_error(None, reason.sentence)
        else:
            _defer(found)
            return _back(found)
    context = {
        "landlord": landlord,
        "item": found,
        "form": form,
        "format": Format(found.format).label,
    }
    return render(request, "stock/complete.html", context, status=422 if request.method == "POST" else 200)


@door(POST=WRITE)
def apply(request: Request, landlord: Landlord, import_id: int) -> HttpResponse:
    """Let the preview enter the stock."""
    found = _get(landlord, import_id)
    operations.ask_to_apply(item=found, accepted="accepted" in request.POST, by=request.user, at=request.at)
    _defer(found)
    return _back(found)


@door(POST=WRITE)
def drop(request: Request, landlord: Landlord, import_id: int) -> HttpResponse:
    """Give an import up."""
    found = _get(landlord, import_id)
    operations.drop_import(item=found, by=request.user, at=request.at)
    messages.success(request, f"L’import de « {found.file_name} » est abandonné. Rien n’a changé dans le patrimoine.")
    return redirect("stock_imports", landlord_id=landlord.pk)


@door(POST=WRITE)
def resume(request: Request, landlord: Landlord, import_id: int) -> HttpResponse:
    """Start an interrupted import again."""
    found = operations.resume_import(item=_get(landlord, import_id), by=request.user, at=request.at)
    _defer(found)
    return _back(found)


@door(POST=WRITE)
def undo(request: Request, landlord: Landlord, import_id: int) -> HttpResponse:
    """Take the last import out of the stock."""
    found = undo_import(item=_get(landlord, import_id), by=request.user, at=request.at)
    messages.success(request, f"L’intégration du patrimoine {found.year} est annulée.")
    return _back(found)


@door(GET=READ)
def faults(request: Request, landlord: Landlord, import_id: int, kind: str) -> HttpResponse:
    """What is wrong in a refused file, as a spreadsheet to work through."""
    if kind not in MEDIA_TYPES:
        raise Http404
    found = _get(landlord, import_id)
    rows: Iterator[list[Any]] = ([number, fault["place"], fault["sentence"]] for number, fault in enumerate(found.faults, 1))
    return spreadsheet(kind, f"anomalies-{found.pk}", ["N°", "Endroit", "À corriger"], rows)


@door(GET=READ)
def differences(request: Request, landlord: Landlord, import_id: int, kind: str) -> HttpResponse:
    """What came, went and changed, home by home, as a spreadsheet."""
    if kind not in MEDIA_TYPES:
        raise Http404
    found = _get(landlord, import_id)
    header = ["Mouvement", "Ligne", "Identifiant", "Résidence", "Adresse", "Logements", "Information", "Avant", "Après"]
    return spreadsheet(kind, f"ecarts-{found.pk}", header, operations.differences(found))


@door(GET=READ)
def mappings(request: Request, landlord: Landlord) -> HttpResponse:
    """The column mappings that a landlord saved."""
    page = Paginator(queries.mappings(landlord=landlord).select_related("saved_by"), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(mapping, Unit(mapping.unit).label, [FIELDS[name].label for name in mapping.columns.values()]) for mapping in page]
    context = {"landlord": landlord, "page": page, "rows": rows, "may_write": bool(request.may(WRITE[1], WRITE[0]))}
    return render(request, "stock/mappings.html", context)


@door(POST=WRITE)
def remove_mapping(request: Request, landlord: Landlord, mapping_id: int) -> HttpResponse:
    """Forget a column mapping."""
    found = get_object_or_404(queries.mappings(landlord=landlord), pk=mapping_id)
    operations.remove_mapping(mapping=found, by=request.user, at=request.at)
    messages.success(request, f"La correspondance « {found.name} » est retirée.")
    return redirect("stock_mappings", landlord_id=landlord.pk)
