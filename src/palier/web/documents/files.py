"""Handing out a file: always as an attachment, never interpreted by the browser."""

from __future__ import annotations

from django.http import FileResponse, Http404

from palier.documents.models import Version
from palier.documents.storage import path_of


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
