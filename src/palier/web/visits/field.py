"""The phone's side: one page kept on the device, and what it sends and receives, in JSON.

The page says nothing of anybody: what it shows comes from the device, sealed under a key that its account alone is given.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.crypto import salted_hmac

from palier.directory.models import Landlord
from palier.documents.operations import Received
from palier.frameworks import queries as grids
from palier.frameworks.models import Answer
from palier.frameworks.rules.grid import Criterion, Framework
from palier.verdict import Refusal, no
from palier.visits import operations, queries
from palier.visits.models import Photo, Visit
from palier.visits.operations.filling import Sent
from palier.visits.rules import Kind, is_late
from palier.web.doors import Request, door
from palier.web.ui.assets import built, needed
from palier.web.visits import field_walks
from palier.web.visits.sending import FILL, arrived, kept, told, whole_number

_WORKER = Path(__file__).with_name("service-worker.js")
_LOADED = ("main.css", "field.css", "field.js", "icons.svg", "mark.svg")


# --- The page and what keeps it on the device -----------------------------------------------------------------------


@door(GET=FILL)
def page(request: Request, landlord: Landlord) -> HttpResponse:
    """The page of the visits on a phone; the same for everybody."""
    return render(request, "visits/field.html", {"landlord": landlord, "icons": built("icons.svg")})


@door(GET=FILL)
def worker(request: Request, landlord: Landlord) -> HttpResponse:
    """What serves the page when the network is cut; its scope is the folder it stands in."""
    home = reverse("field", kwargs={"landlord_id": landlord.pk})
    files = sorted({static(path) for name in _LOADED for path in needed(name)})
    text = _WORKER.read_text()
    shown = render(request, "visits/field.html", {"landlord": landlord, "icons": built("icons.svg")}).content
    mark = hashlib.sha256(shown + text.encode() + "".join(files).encode()).hexdigest()[:12]
    given = {"PAGE": home, "FILES": files, "CACHE": f"{home}|{mark}"}
    constants = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in given.items())
    return HttpResponse(constants + text, content_type="text/javascript; charset=utf-8")


@door(GET=FILL)
def manifest(request: Request, landlord: Landlord) -> HttpResponse:
    """What a phone needs to install the page on its screen."""
    home = reverse("field", kwargs={"landlord_id": landlord.pk})
    mark = static(built("mark.svg"))
    given = {
        "name": "Palier, visites",
        "short_name": "Visites",
        "lang": "fr",
        "id": home,
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "background_color": "#f3f5f1",
        "theme_color": "#17221d",
        "icons": [{"src": mark, "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
    return HttpResponse(json.dumps(given, ensure_ascii=False), content_type="application/manifest+json")


# --- What the device receives ---------------------------------------------------------------------------------------


@door(GET=FILL)
def me(request: Request, landlord: Landlord) -> HttpResponse:
    """Who is signed in, the key of their device, the visits that wait for them and the walks under way."""
    waiting = queries.for_person(landlord=landlord, person=request.user)
    return JsonResponse(
        {
            "account": request.user.pk,
            "key": salted_hmac("palier.visits.device", str(request.user.pk), algorithm="sha256").hexdigest(),
            "csrf": get_token(request),
            "visits": [
                # One begun on another device of theirs says so: taking it here goes on from what was sent.
                *(
                    _in_short(visit, request) | {"rated": visit.assessment.rated if visit.assessment else None}
                    for visit in waiting
                ),
                *(field_walks.in_short(walk) for walk in queries.walks_to_note(landlord=landlord)),
            ],
        }
    )


def _in_short(visit: Any, request: Request) -> dict[str, Any]:
    return {
        "id": visit.pk,
        "kind": visit.kind,
        "label": Kind(visit.kind).label,
        "place": f"{visit.residence.name}, {visit.staircase.name}" if visit.staircase else visit.residence.name,
        "plannedOn": visit.planned_on.isoformat(),
        "late": is_late(visit.planned_on, visit.state, request.on),
    }


def _said(criterion: Criterion | None, row: Answer) -> dict[str, Any]:
    return {"value": row.value, "notSeen": row.not_applicable, "note": row.justification, "revision": row.revision}


def _whole(request: Request, visit: Any) -> dict[str, Any]:
    """Everything that the device needs to fill a visit without network."""
    of = queries.grid(visit)
    answers = grids.answers(visit.assessment)
    before = queries.previous(visit)
    former = grids.answers(before.assessment) if before else {}
    address = {"landlord_id": visit.landlord_id, "visit_id": visit.pk}
    photos: dict[str, list[dict[str, Any]]] = {}
    for (_, code), rows in queries.photos([visit]).items():
        photos[code] = [
            {"id": row.key, "sent": True, "url": reverse("visit_photo", kwargs=address | {"photo_id": row.pk})} for row in rows
        ]
    return _in_short(visit, request) | {
        "total": len(of.criteria),
        "grid": _grid(of),
        "answers": {code: _said(None, row) for code, row in answers.items() if row.revision},
        "photos": photos,
        "before": {code: _said(None, row) for code, row in former.items() if row.revision and code in of.criteria},
    }


def _grid(of: Framework) -> dict[str, Any]:
    return {
        "scales": {
            code: {
                "lower": scale.descending,
                "levels": [{"value": level.value, "label": level.label} for level in scale.levels],
            }
            for code, scale in of.scales.items()
        },
        "themes": [
            {
                "code": theme.code,
                "title": theme.title,
                "points": [
                    {"code": c.code, "number": c.number, "title": c.title, "expected": c.expected, "scale": c.scale.code}
                    for c in theme.criteria
                ],
            }
            for theme in of.themes
        ],
    }


# --- What the device sends ------------------------------------------------------------------------------------------


def found(request: Request, landlord: Landlord, visit_id: int) -> Visit:
    """A visit of this landlord's, or 404."""
    visit: Visit = get_object_or_404(queries.visits(landlord=landlord), pk=visit_id)
    return visit


@door(GET=FILL)
def read(request: Request, landlord: Landlord, visit_id: int) -> HttpResponse:
    """A visit in charge, as its device keeps it."""
    visit = found(request, landlord, visit_id)
    if visit.assessment is None or visit.entrusted_to_id != request.user.pk:
        raise Http404
    return JsonResponse(_whole(request, visit))


@door(POST=FILL)
@told
def take(request: Request, landlord: Landlord, visit_id: int) -> HttpResponse:
    """Take a visit in charge; its whole content goes to the device."""
    taken = operations.take(visit=found(request, landlord, visit_id), by=request.user, at=request.at)
    return JsonResponse(_whole(request, taken))


@door(POST=FILL)
@told
def answer(request: Request, landlord: Landlord, visit_id: int) -> HttpResponse:
    """Keep what was seen of one point."""
    saved = operations.answer(
        visit=found(request, landlord, visit_id),
        criterion=request.POST.get("criterion", ""),
        revision=whole_number(request, "revision") or 0,
        value=whole_number(request, "value"),
        not_seen=request.POST.get("not_seen") == "on",
        note=request.POST.get("note", ""),
        by=request.user,
        at=request.at,
    )
    return kept(request, revision=saved.revision)


def _arrived(request: Request, landlord: Landlord, visit_id: int) -> Received | None:
    """Lay the photo on disk, when it is the one that left the device and is not kept already."""
    if "file" not in request.FILES:
        return None
    if Photo.objects.filter(visit=found(request, landlord, visit_id), key=request.POST.get("key", "")).exists():
        return None
    return arrived(request)


@door(POST=FILL, before=_arrived)
@told
def photo(request: Request, landlord: Landlord, visit_id: int) -> HttpResponse:
    """Keep a photo of a point."""
    visit = found(request, landlord, visit_id)
    key = request.POST.get("key", "")
    received = request.ready()
    known = Photo.objects.filter(visit=visit, key=key).first()
    if known is None:
        if received is None or not key.isalnum() or len(key) > 40:
            raise Refusal(no("visits.malformed", "Cet envoi est incomplet : rechargez la page."))
        sent = Sent(key, request.POST["sha256"], received)
        known = operations.add_photo(
            visit=visit, criterion=request.POST.get("criterion", ""), sent=sent, by=request.user, at=request.at
        )
    return kept(request, sha256=known.sent_sha256)


@door(POST=FILL)
@told
def remove_photo(request: Request, landlord: Landlord, visit_id: int) -> HttpResponse:
    """Take a photo off its point."""
    visit = found(request, landlord, visit_id)
    operations.remove_photo(visit=visit, key=request.POST.get("key", ""), by=request.user, at=request.at)
    return kept(request)


@door(POST=FILL)
@told
def finish(request: Request, landlord: Landlord, visit_id: int) -> HttpResponse:
    """End a visit, with the points that come first."""
    chosen = [code for code in request.POST.get("priorities", "").split(",") if code]
    operations.finish(visit=found(request, landlord, visit_id), priorities=chosen, by=request.user, at=request.at)
    return kept(request)
