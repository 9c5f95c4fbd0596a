"""A session as a calendar file (RFC 5545), the same on its page and with the convocation."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

import icalendar


def calendar_file(
    *,
    key: int,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    where: str,
    url: str,
    sender: str,
    at: datetime,
    cancelled: bool,
) -> str:
    """The file; the event keeps one identifier, so that a cancellation takes away what the convocation brought."""
    event = icalendar.Event()
    event.add("uid", f"session-{key}@{urlsplit(url).hostname}")
    event.add("sequence", int(cancelled))
    event.add("summary", title)
    event.add("dtstamp", at.astimezone(UTC))
    event.add("dtstart", starts_at.astimezone(UTC))
    event.add("dtend", ends_at.astimezone(UTC))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("organizer", icalendar.vCalAddress(f"mailto:{sender}"))
    if where:
        event.add("location", where)
    event.add("url", url)
    file = icalendar.Calendar()
    file.add("prodid", "-//Palier//FR")
    file.add("version", "2.0")
    file.add("method", "CANCEL" if cancelled else "PUBLISH")
    file.add_component(event)
    written: bytes = file.to_ical()
    return written.decode()
