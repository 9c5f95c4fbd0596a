"""Files in and out: received before the act, handed out as an attachment, never interpreted by the browser."""

from __future__ import annotations

from collections.abc import Callable

from django.http import FileResponse, Http404, HttpRequest

from palier.documents.models import Version
from palier.documents.operations import Received, receive
from palier.documents.storage import path_of


def receives(field: str) -> Callable[..., Received | None]:
    """For a door's ``before``: check the file of this field and lay it on disk. None when no file came."""

    def received(request: HttpRequest, **_: object) -> Received | None:
        file = request.FILES.get(field)
        return receive(file=file, name=file.name or "") if file else None

    return received


def attachment(version: Version) -> FileResponse:
    """The content of a version under its own name. Whoever calls has checked that the person may read it.

    Raises:
        Http404: when the file is not on disk.
    """
    return kept(version.sha256, name=version.name, media_type=version.media_type)


def kept(sha256: str, *, name: str, media_type: str) -> FileResponse:
    """The file with this SHA-256. Whoever calls has checked that the person may read it.

    Raises:
        Http404: when the file is not on disk.
    """
    path = path_of(sha256)
    if not path.exists():
        raise Http404
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
