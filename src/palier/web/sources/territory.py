"""Public data: what is loaded for everybody, and a form of the label's team to load more."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Status

from palier.directory.rules import Right, Thing
from palier.documents import storage
from palier.sources import operations, queries
from palier.sources.operations import OpenFile
from palier.sources.reading.public import Contour, Published
from palier.sources.rules.indicators import INDICATORS
from palier.stock import operations as stock
from palier.stock.models import PriorityDistrict
from palier.stock.queries import district_lists
from palier.stock.rules.districts import VERSIONS
from palier.verdict import Refusal, no
from palier.web.doors import Request, door
from palier.web.sources.forms import OpenDataForm, offer

READ = (Thing.RULE_SET, Right.READ)
WRITE = (Thing.RULE_SET, Right.WRITE)
_MOST_MB = 150
_DISTRICTS = {f"districts_{version}": version for version in reversed(VERSIONS)}
"""The lists of priority districts among what a file may hold."""
_STAND = "stock.stand_again"
_UNDER_WAY = (Status.TODO, Status.DOING)


def _form(request: Request) -> OpenDataForm:
    form = OpenDataForm(request.POST or None, request.FILES or None)
    districts = [(what, f"Quartiers prioritaires (QPV), liste de {version} (GeoJSON)") for what, version in _DISTRICTS.items()]
    offer(form, "what", [*((what.value, what.label) for what in OpenFile), *districts])
    return form


def _read(request: Request) -> Published | list[Contour] | list[PriorityDistrict] | None:
    form = _form(request)
    if not form.is_valid():
        return None
    what = form.cleaned_data["what"]
    with storage.incoming() as folder:
        if storage.take(form.cleaned_data["file"], folder / "part", _MOST_MB * 2**20) > _MOST_MB * 2**20:
            raise Refusal(no("sources.open_size", f"Ce fichier dépasse {_MOST_MB} Mo. Compressez-le (.gz), puis chargez-le."))
        if version := _DISTRICTS.get(what):
            return stock.read_districts(path=folder / "part", version=version)
        return operations.read_open_file(folder / "part", OpenFile(what), year=form.cleaned_data["year"])


@door(GET=READ, POST=WRITE, before=_read)
def open_data(request: Request) -> HttpResponse:
    """What public data say, and a file to load; htmx asks how many stocks are left to place in the districts."""
    waiting = Counter(version for version, _ in _waiting(*_UNDER_WAY))
    placing = {"waiting": sorted(waiting.items()), "failing": _jobs(*_UNDER_WAY).filter(attempts__gt=0).count()}
    if request.htmx and request.method == "GET":
        return render(request, "sources/open_data.html#standing", placing)
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        try:
            found = request.ready()
        except Refusal as refusal:
            for reason in refusal.verdict.reasons:
                form.add_error("file", reason.sentence)
        else:
            _load(request, form, found)
            return redirect("open_data")
    context = {
        "rows": [(INDICATORS[key], year, places) for key, year, places in queries.open_years()],
        "iris": queries.iris_years(),
        "districts": district_lists(),
        **placing,
        "form": form if request.may(WRITE[1], WRITE[0]) else None,
    }
    return render(request, "sources/open_data.html", context, status=422 if request.method == "POST" else 200)


def _load(request: Request, form: OpenDataForm, found: Any) -> None:
    what, year, by, at = form.cleaned_data["what"], form.cleaned_data["year"], request.user, request.at
    thing = "ligne"
    if version := _DISTRICTS.get(what):
        count, thing = stock.load_districts(found=found, version=version, by=by, at=at), "quartier"
        _stand_again(version)
    elif what == OpenFile.IRIS:
        count = operations.load_iris(found=found, year=year, by=by, at=at)
    else:
        count = operations.load_open_figures(published=found, by=by, at=at)
    many, agreed = ("s" if count > 1 else ""), ("" if thing == "quartier" else "e")
    messages.success(request, f"{count} {thing}{many} chargé{agreed}{many}.")


def _stand_again(version: str) -> None:
    """Hand every stock to the worker, in the transaction of the act: one at a time, but those that already wait for it."""
    waiting = _waiting(Status.TODO)
    orders: list[dict[str, Any]] = [
        {"import_id": pk, "version": version} for pk in stock.to_stand_again() if (version, pk) not in waiting
    ]
    if orders:
        app.configure_task(name=_STAND, lock=_STAND).batch_defer(*orders)


def _waiting(*among: Status) -> set[tuple[str, int]]:
    """The lists of districts, and the imports that are still to be placed in them."""
    return set(_jobs(*among).values_list("args__version", "args__import_id"))


def _jobs(*among: Status) -> QuerySet[ProcrastinateJob]:
    return ProcrastinateJob.objects.filter(task_name=_STAND, status__in=[status.value for status in among])
