"""Public data: what is loaded for everybody, and a form of the label's team to load more."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from palier.directory.rules import Right, Thing
from palier.documents import storage
from palier.sources import operations, queries
from palier.sources.operations import OpenFile
from palier.sources.reading.public import Contour, Published
from palier.sources.rules.indicators import INDICATORS
from palier.verdict import Refusal
from palier.web.doors import Request, door
from palier.web.sources.forms import OpenDataForm, offer

READ = (Thing.RULE_SET, Right.READ)
WRITE = (Thing.RULE_SET, Right.WRITE)
_MOST_BYTES = 150 * 2**20


def _form(request: Request) -> OpenDataForm:
    form = OpenDataForm(request.POST or None, request.FILES or None)
    offer(form, "what", [(what.value, what.label) for what in OpenFile])
    return form


def _read(request: Request) -> Published | list[Contour] | None:
    form = _form(request)
    if not form.is_valid():
        return None
    with storage.incoming() as folder:
        storage.take(form.cleaned_data["file"], folder / "part", _MOST_BYTES)
        return operations.read_open_file(folder / "part", OpenFile(form.cleaned_data["what"]), year=form.cleaned_data["year"])


@door(GET=READ, POST=WRITE, before=_read)
def open_data(request: Request) -> HttpResponse:
    """What public data say, and a file to load."""
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        try:
            found = request.ready()
        except Refusal as refusal:
            form.add_error("file", refusal.verdict.sentence)
        else:
            _load(request, form, found)
            return redirect("open_data")
    context = {
        "rows": [(INDICATORS[key], year, places) for key, year, places in queries.open_years()],
        "iris": queries.iris_years(),
        "form": form if request.may(WRITE[1], WRITE[0]) else None,
    }
    return render(request, "sources/open_data.html", context, status=422 if request.method == "POST" else 200)


def _load(request: Request, form: OpenDataForm, found: Published | list[Contour]) -> None:
    if isinstance(found, list):
        count = operations.load_iris(found=found, year=form.cleaned_data["year"], by=request.user, at=request.at)
    else:
        count = operations.load_open_figures(published=found, by=request.user, at=request.at)
    messages.success(request, f"{count} ligne{'s' if count > 1 else ''} chargée{'s' if count > 1 else ''}.")
