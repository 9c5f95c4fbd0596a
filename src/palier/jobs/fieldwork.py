"""What surveys send: e-mails by the mail server, short messages by an operator's HTTP gateway.

The gateway takes ``POST {"to", "text", "sender", "reference"}`` in JSON with a bearer token, and answers 2xx once it has taken
the message. A message sent again (the line was cut, a worker was killed) carries the same reference.
"""

from __future__ import annotations

import http.client
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from email.utils import formataddr, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone
from django.utils.html import format_html, linebreaks
from django.utils.safestring import SafeString

from palier.jobs.letters import FONT, INK, INK_2, PLASTER, RAIL, WALL, connected
from palier.outbox.operations import Undeliverable, Unreachable
from palier.surveys.operations import Departure, Hand, Uncertain, leave
from palier.surveys.operations.sending import Tally
from palier.surveys.rules.contact import Channel
from palier.surveys.rules.texts import letter_text

log = logging.getLogger("palier.jobs")
_SECONDS = 15


def letter(departure: Departure) -> EmailMultiAlternatives:
    """The e-mail that carries a link, in the name of the landlord."""
    wave = departure.wave
    body = letter_text(message=wave.message, purpose=wave.purpose, language=departure.language)
    _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    mail = EmailMultiAlternatives(
        subject=wave.subject,
        body=f"{body}\n\n{departure.link}\n\n-- \n{wave.landlord.name}\n",
        from_email=formataddr((wave.landlord.name, address)),
        to=[departure.to],
        headers={
            "Message-ID": f"<enquete-{departure.reference}@{address.rpartition('@')[2]}>",
            "List-Unsubscribe": f"<{departure.link}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(_html(departure, body), "text/html")
    return mail


def _html(departure: Departure, body: str) -> SafeString:
    wave, link = departure.wave, departure.link
    return format_html(
        '<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{}</title></head>'
        '<body bgcolor="{}" text="{}" link="{}"><table role="presentation" align="center" width="600" bgcolor="{}" '
        'cellpadding="24" cellspacing="0" border="0"><tr><td><font face="{}" color="{}"><h2>{}</h2>{}</font>'
        '<table role="presentation" bgcolor="{}" cellpadding="12" cellspacing="0" border="0"><tr><td>'
        '<a href="{}"><font face="{}" color="{}"><b>Donner mon avis</b></font></a></td></tr></table></td></tr></table>'
        '<p align="center"><font face="{}" size="2" color="{}">{}</font></p></body></html>',
        wave.subject, PLASTER, INK, RAIL, WALL, FONT, INK, wave.subject, SafeString(linebreaks(body, autoescape=True)),
        RAIL, link, FONT, WALL, FONT, INK_2, wave.landlord.name,
    )  # fmt: skip


@contextmanager
def by_mail() -> Iterator[Hand]:
    """One connection to the mail server for a run."""
    with connected() as hand:
        yield lambda departure: hand(letter(departure))


@contextmanager
def by_text() -> Iterator[Hand]:
    """One connection to the operator's gateway for a run. Without a gateway texts wait; the demonstration writes them out."""
    if not settings.SMS_GATEWAY:
        yield _say if settings.DEMO else _nobody
        return
    address = urlsplit(settings.SMS_GATEWAY)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    with closing(kind(address.hostname or "", address.port, timeout=_SECONDS)) as line:
        yield lambda departure: _text(line, address.path or "/", departure)


def _say(departure: Departure) -> None:
    log.info("text", extra={"to": departure.to, "text": departure.text})


def _nobody(departure: Departure) -> None:
    raise Unreachable("no SMS gateway is set")


def _text(line: http.client.HTTPConnection, path: str, departure: Departure) -> None:
    content = {"to": departure.to, "text": departure.text, "sender": departure.sender, "reference": departure.reference}
    head = {"Content-Type": "application/json", "Authorization": f"Bearer {settings.SMS_TOKEN}"}
    try:
        if line.sock is None:
            line.connect()
    except OSError as down:
        raise Unreachable(str(down)) from down
    try:
        line.request("POST", path, json.dumps(content), head)
        answer = line.getresponse()
        said = answer.read(500).decode("utf-8", "replace")
        answer.close()
    except (OSError, http.client.HTTPException) as cut:
        line.close()
        raise Uncertain(str(cut)) from cut
    if answer.will_close:
        line.close()
    if answer.status in {408, 429} or answer.status >= 500:
        raise OSError(f"{answer.status} {said}")
    if answer.status >= 400:
        raise Undeliverable(f"{answer.status} {said}")


def send(channel: Channel, *, clock: Callable[[], datetime] = timezone.now, limit: int = 5_000) -> Tally:
    """Let leave what surveys have due by a channel."""
    opened = by_mail() if channel is Channel.EMAIL else by_text()
    with opened as hand:
        return leave(channel=channel, at=clock, hand=hand, origin=settings.ORIGIN, limit=limit)
