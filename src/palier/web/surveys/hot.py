"""Hot surveys: what happened to households, and what became of each event."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.surveys import queries
from palier.surveys.rules.frame import Origin
from palier.surveys.rules.sendings import Why
from palier.surveys.rules.waves import EventKind, State
from palier.web.doors import Request, door
from palier.web.surveys.forms import EVENT_FATES, EventFilterForm

READ, WRITE = (Thing.HOUSEHOLDS, Right.READ), (Thing.HOUSEHOLDS, Right.WRITE)
PER_PAGE = 50
_SHAPES = {"": "done", Why.OBJECTED: "refused", Why.BUDGET: "hidden", Why.NO_CONTACT: "missing", Why.UNKNOWN: "missing"}


@door(GET=READ)
def listing(request: Request, landlord: Landlord) -> HttpResponse:
    """The events received, latest first, each with what became of it."""
    form = EventFilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    found = queries.hot_events(
        landlord=landlord, words=asked.get("q", ""), kind=asked.get("evenement", ""), became=asked.get("suite", "")
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    fates = queries.events_by_fate(landlord=landlord)
    context = {
        "landlord": landlord,
        "form": form,
        "filtered": any(asked.values()),
        "page": page,
        "rows": [
            (
                event,
                EventKind(event.kind).label,
                Origin(event.origin).label,
                _SHAPES.get(event.silent_because, "vacant"),
                Why(event.silent_because).label if event.silent_because else "",
            )
            for event in page
        ],
        "total": sum(fates.values()),
        "asked": fates.get(queries.ASKED, 0),
        "fates": [(label, fates[code]) for code, label in EVENT_FATES if fates.get(code) and code != queries.ASKED],
        "waves": [wave for wave in queries.hot_waves(landlord=landlord) if wave.state != State.CLOSED],
        "may_write": bool(request.may(WRITE[1], WRITE[0])),
    }
    return render(request, "surveys/hot_events.html", context)
