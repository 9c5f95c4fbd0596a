"""Sessions that never take back what was done: an answer stands even when its session could not be kept."""

from __future__ import annotations

import logging

from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.session import SessionStorage
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import Error
from django.http import HttpRequest, HttpResponse

KEPT_MESSAGES = 5
_log = logging.getLogger("palier.web")


class StandingSessions(SessionMiddleware):
    """Keeps the session after the answer, and gives the answer all the same when it cannot.

    The act and its stored reply are committed by then: a vote must not be answered as if it were refused because the
    database went away an instant later, or the session ended in another tab. What is lost is a word on the next page.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Save the session, or say in the log that it could not be."""
        try:
            return super().process_response(request, response)
        except (SessionInterrupted, Error):
            _log.warning("session not kept", exc_info=True)
            return response


class LastMessages(SessionStorage):
    """The messages of the next page, the last few: who writes without ever opening a page piles up no others."""

    def _store(self, messages: list[Message], response: HttpResponse, *args: object, **kwargs: object) -> list[Message]:
        unkept: list[Message] = super()._store(messages[-KEPT_MESSAGES:], response, *args, **kwargs)  # type: ignore[misc]
        return unkept
