"""Answers already given: the same request sent twice is done once and answered the same, by pages and API alike."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from django.core.files import File
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from palier.ledger.models import Reply
from palier.verdict import Conflict, no

_CARRIED = frozenset({"csrfmiddlewaretoken", "idempotency_key"})


def answer_once(
    *, request: HttpRequest, actor: int | None, key: str, at: datetime, act: Callable[[], HttpResponse]
) -> HttpResponse:
    """Run a writing request, or give the answer kept under its key. Two at the same instant wait for each other.

    A refusal (a status of 400 or more, or an exception) is not kept: the same request may be sent again.

    Args:
        request: what was asked; its path, fields and files are its fingerprint.
        actor: id of the person, or None for a visitor; each has keys of their own.
        key: what the sender calls this act.
        at: instant of the request.
        act: does it.

    Raises:
        Conflict: when the key stands for another request.
    """
    asked = _fingerprint(request)
    with transaction.atomic():
        try:
            with transaction.atomic():
                reply = Reply.objects.create(actor_id=actor, key=key, request=asked, at=at)
        except IntegrityError:
            return _given(Reply.objects.get(actor_id=actor, key=key), asked)
        response = act()
        if response.status_code >= 400 or response.streaming:
            reply.delete()
        else:
            reply.status = response.status_code
            reply.location = response.get("Location", "")
            reply.content_type = response.get("Content-Type", "")
            reply.body = response.content
            reply.save(update_fields=["status", "location", "content_type", "body"])
        return response


def _fingerprint(request: HttpRequest) -> str:
    sum_ = hashlib.sha256(request.get_full_path().encode())
    for name in sorted(request.POST):
        if name not in _CARRIED and "password" not in name:  # no fingerprint of a password is kept
            sum_.update(repr((name, request.POST.getlist(name))).encode())
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            sum_.update(repr((name, file.name, _content(file))).encode())
    if request.content_type == "application/json":
        sum_.update(request.body)
    return sum_.hexdigest()


def _content(file: File[bytes]) -> str:
    sum_ = hashlib.sha256()
    for chunk in file.chunks():
        sum_.update(chunk)
    file.seek(0)
    return sum_.hexdigest()


def _given(reply: Reply, asked: str) -> HttpResponse:
    if reply.request != asked:
        raise Conflict(no("door.key_reused", "Cet envoi porte le numéro d’un autre envoi. Rechargez la page et recommencez."))
    response = HttpResponse(bytes(reply.body or b""), status=reply.status or 200, content_type=reply.content_type or None)
    if reply.location:
        response["Location"] = reply.location
    return response
