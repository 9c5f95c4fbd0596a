"""What a device sends and how it is answered: each thing under its own key, a refusal in words, a photo as it left."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse

from palier.calendar import PARIS
from palier.directory.rules import Right, Thing
from palier.documents.operations import Received
from palier.frameworks.operations import Theirs
from palier.verdict import Conflict, Refusal, no
from palier.visits.operations.walks import Counted
from palier.web.documents.files import receives
from palier.web.doors import Request

FILL = (Thing.VISITS, Right.WRITE_OWN)
Act = Callable[..., HttpResponse]


def told(view: Act) -> Act:
    """Say what an act refuses in JSON, as the device understands it; nothing was written."""

    @wraps(view)
    def answered(request: Request, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, **kwargs)
        except Conflict as conflict:
            return JsonResponse({"refused": conflict.verdict.sentence, "theirs": _theirs(request, conflict.theirs)}, status=409)
        except Refusal as refusal:
            return JsonResponse({"refused": refusal.verdict.sentence}, status=422)

    return answered


def _theirs(request: Request, theirs: object) -> dict[str, Any]:
    """What stands instead of what was sent, who said it and when."""
    assert isinstance(theirs, Theirs | Counted)
    said: dict[str, Any] = (
        {"counts": theirs.counts}
        if isinstance(theirs, Counted)
        else {"value": theirs.value, "notSeen": theirs.not_applicable, "note": theirs.justification}
    )
    at = f"{(theirs.at or request.at).astimezone(PARIS):%H:%M}"
    return said | {"revision": theirs.revision, "who": theirs.who, "at": at}


def kept(request: Request, **more: Any) -> JsonResponse:
    """The acknowledgement: it leaves once the act is committed, and is given again to the same sending."""
    return JsonResponse({"at": f"{request.at.astimezone(PARIS):%H:%M}", **more})


def malformed() -> Refusal:
    """What is answered to a sending that the page cannot have made."""
    return Refusal(no("visits.malformed", "Cet envoi est incomplet : rechargez la page."))


def whole_number(request: Request, name: str) -> int | None:
    """A number that was sent, or nothing."""
    given = request.POST.get(name, "")
    if given and not (given.isascii() and given.isdigit() and len(given) < 7):
        raise malformed()
    return int(given) if given else None


def named(request: Request) -> str:
    """The name that a device gave to a thing of its own."""
    key: str = request.POST.get("key", "")
    if not key.isalnum() or len(key) > 40:
        raise malformed()
    return key


def arrived(request: Request) -> Received | None:
    """Lay the photo on disk, when it is the one that left the device."""
    file, sum_ = request.FILES["file"], hashlib.sha256()
    assert isinstance(file, UploadedFile)
    for chunk in file.chunks():
        sum_.update(chunk)
    file.seek(0)
    if sum_.hexdigest() != request.POST.get("sha256", ""):
        raise Refusal(no("visits.photo_cut", "La photo est arrivée abîmée : envoyez-la à nouveau."))
    return receives("file")(request)
