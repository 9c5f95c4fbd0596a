"""What the operator tells of short messages that tenants answer: STOP is an objection."""

from __future__ import annotations

import hmac
import json
from contextlib import suppress

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from palier.surveys import operations
from palier.surveys.rules.contact import phone_of
from palier.surveys.rules.texts import says_stop
from palier.web.doors import Open, Request, door

_LONGEST = 10_000


@csrf_exempt
@door(POST=Open.PUBLIC)
def heard(request: Request) -> HttpResponse:
    """Take ``{"from", "text"}`` in JSON from the operator, under the secret that both know; answered 204 once kept."""
    secret = settings.SMS_ANSWERS_SECRET
    given = request.headers.get("Authorization", "")
    if not secret or not hmac.compare_digest(given.encode(), f"Bearer {secret}".encode()):
        raise Http404
    said: object = None
    with suppress(ValueError):
        said = json.loads(request.body[:_LONGEST])
    if not isinstance(said, dict) or not isinstance(said.get("from"), str) or not isinstance(said.get("text"), str):
        return HttpResponse(status=400)
    if says_stop(said["text"]):
        with suppress(ValueError):
            operations.hear_stop(phones=[phone_of(said["from"])], at=request.at)
    return HttpResponse(status=204)
