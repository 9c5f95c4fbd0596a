"""Walks with residents on a phone: what the device receives of one, and what it sends."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from palier.directory.models import Landlord
from palier.documents.operations import Received
from palier.verdict import Refusal, no
from palier.visits import operations, queries
from palier.visits.models import Observation, Stop
from palier.visits.rules import Public, Responsibility, Theme
from palier.web.doors import Request, door
from palier.web.visits.sending import FILL, arrived, kept, malformed, named, told, whole_number
from palier.web.visits.walk_forms import ObservationForm, StopForm

_WORDS = {
    "themes": [(theme.value, theme.label) for theme in Theme],
    "responsible": [(who.value, who.label) for who in Responsibility],
    "publics": [(public.value, public.label) for public in Public],
}


def in_short(walk: Any) -> dict[str, Any]:
    """A walk in the list of a phone."""
    return {
        "id": f"m{walk.pk}",
        "kind": "walk",
        "label": "Diagnostic en marchant",
        "title": walk.title,
        "place": walk.residence.name,
        "plannedOn": walk.held_on.isoformat(),
    }


def found(landlord: Landlord, walk_id: int) -> Any:
    """A walk of this landlord's, or 404."""
    return get_object_or_404(queries.walks(landlord=landlord), pk=walk_id)


@door(GET=FILL)
def read(request: Request, landlord: Landlord, walk_id: int) -> HttpResponse:
    """A walk, as its device keeps it."""
    walk = found(landlord, walk_id)
    stops = queries.stops(walk)
    counts = queries.participants(walk)
    return JsonResponse(
        in_short(walk)
        | {
            "words": _WORDS,
            "stops": [{"key": s.key, "number": s.number, "place": s.place, "lon": s.lon, "lat": s.lat} for s in stops],
            "observations": [_seen(request, walk, stop, one) for stop in stops for one in stop.observations.all()],
            "counts": {public.value: counts.get(public.value, 0) for public in Public},
            "revision": walk.count_revision,
        }
    )


def _seen(request: Request, walk: Any, stop: Stop, one: Observation) -> dict[str, Any]:
    address = {"landlord_id": walk.landlord_id, "walk_id": walk.pk, "observation_id": one.pk}
    return {
        "key": one.key,
        "stop": stop.key,
        "positive": one.positive,
        "theme": one.theme,
        "text": one.text,
        "responsible": one.responsible,
        "photo": {"url": reverse("walk_photo", kwargs=address)} if one.photo_id else None,
        "mine": one.by_id == request.user.pk,
        "who": one.by.name if one.by else "",
    }


@door(POST=FILL)
@told
def stop(request: Request, landlord: Landlord, walk_id: int) -> HttpResponse:
    """Keep a stop."""
    form = StopForm(request.POST)
    if not form.is_valid():
        raise malformed()
    made = operations.add_stop(
        walk=found(landlord, walk_id),
        place=form.cleaned_data["place"],
        point=form.point,
        key=named(request),
        by=request.user,
        at=request.at,
    )
    return kept(request, number=made.number)


def _photo(request: Request, landlord: Landlord, walk_id: int) -> Received | None:
    """Lay the photo of an observation on disk, when it has one and is not kept already."""
    if "file" not in request.FILES:
        if request.POST.get("sha256"):
            raise malformed()
        return None
    known = Observation.objects.filter(stop__walk=found(landlord, walk_id), key=request.POST.get("key", ""))
    return None if known.exists() else arrived(request)


@door(POST=FILL, before=_photo)
@told
def observe(request: Request, landlord: Landlord, walk_id: int) -> HttpResponse:
    """Keep an observation, with its photo."""
    here = Stop.objects.filter(walk=found(landlord, walk_id), key=request.POST.get("stop", "")).first()
    form = ObservationForm(request.POST)
    photo = request.ready()
    if here is None:
        raise Refusal(no("visits.unknown_stop", "Cet arrêt n’est pas de ce diagnostic."))
    if not form.is_valid():
        raise malformed()
    operations.observe(stop=here, photo=photo, key=named(request), **form.given, by=request.user, at=request.at)
    return kept(request)


@door(POST=FILL)
@told
def withdraw(request: Request, landlord: Landlord, walk_id: int) -> HttpResponse:
    """Withdraw an observation that the person noted."""
    noted = Observation.objects.filter(stop__walk=found(landlord, walk_id), by=request.user).select_related("stop__walk")
    operations.withdraw_observation(observation=get_object_or_404(noted, key=named(request)), by=request.user, at=request.at)
    return kept(request)


@door(POST=FILL)
@told
def participants(request: Request, landlord: Landlord, walk_id: int) -> HttpResponse:
    """Keep how many people of each kind took part."""
    revision = operations.set_participants(
        walk=found(landlord, walk_id),
        counts={public: whole_number(request, public.value) or 0 for public in Public},
        revision=whole_number(request, "revision") or 0,
        by=request.user,
        at=request.at,
    )
    return kept(request, revision=revision)
