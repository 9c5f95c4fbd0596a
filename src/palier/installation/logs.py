"""Structured logs: one JSON object a line, without personal data (no e-mail, no name, no address of a page, no body)."""

import json
import logging
from datetime import UTC, datetime

from django.http import HttpRequest

_OWN = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Level, logger, message and the ``extra`` fields of a record, as JSON.

    Of a request, its route and its number alone: its address may hold a link that lets somebody in.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {key: value for key, value in record.__dict__.items() if key not in _OWN and not key.startswith("_")}
        request = line.pop("request", None)
        if isinstance(request, HttpRequest):
            route = route_of(request)
            line |= {"route": route, "request_id": getattr(request, "request_id", "")}
            line["message"] = line["message"].replace(request.path, f"/{route}")
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=repr)


def route_of(request: HttpRequest) -> str:
    """The pattern of the request's address, without what stands in it; empty when no page is there."""
    return request.resolver_match.route if request.resolver_match else ""
