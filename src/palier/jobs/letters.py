"""Messages as letters: plain text and simple HTML, handed to the mail server."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from email.mime.text import MIMEText
from email.utils import parseaddr
from urllib.parse import urlencode

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString

from palier.calendar import paris_day
from palier.directory.models import Person
from palier.directory.operations import grant_access_link
from palier.directory.queries import is_light
from palier.ledger.queries import head
from palier.outbox.models import Message
from palier.outbox.operations import Send, Undeliverable, Unreachable

# Colours of the design tokens: mail programs read no style sheet of ours.
PLASTER, WALL, INK, INK_2, RAIL = "#f3f5f1", "#ffffff", "#17221d", "#47544d", "#14574a"
# Links that carry a token of their own.
WITH_TOKEN = ("/acces/", "/invitation/", "/compte/", "/projet-partage/")
FONT = "Figtree, 'Segoe UI', Arial, sans-serif"


def subject(messages: Sequence[Message]) -> str:
    """The message's own subject, or how many there are in the day's digest."""
    return messages[0].subject if len(messages) == 1 else f"Votre résumé du jour : {len(messages)} messages"


def letter(person: Person, messages: Sequence[Message], *, at: datetime) -> EmailMultiAlternatives:
    """The letter that carries these messages to a person. For a light access, its links let the person in."""
    links = [_link(person, message, at) for message in messages]
    number, digest = head()
    foot = f"Palier · {settings.ORIGIN}\nJournal n° {number} · {digest[:16]}"
    parts = [
        "\n\n".join(filter(None, [message.subject if len(messages) > 1 else "", message.body, link]))
        for message, link in zip(messages, links, strict=True)
    ]
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    mail = EmailMultiAlternatives(
        subject=subject(messages),
        body="\n\n— — —\n\n".join(parts) + f"\n\n-- \n{foot}\n",
        to=[messages[0].address or person.email],
        # The same letter sent twice (a worker was killed) carries the same number: mail programs show it once.
        headers={"Message-ID": f"<palier-{messages[0].pk}-{len(messages)}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(_html(messages, links, foot), "text/html")
    for message in messages:
        if message.attachment:
            mail.attach(_calendar(message.attachment))
    return mail


def _calendar(text: str) -> MIMEText:
    """A calendar file as mail programs recognise it: the type says what is asked of them."""
    file = MIMEText(text, "calendar", "utf-8")
    file.set_param("method", "CANCEL" if "METHOD:CANCEL" in text else "PUBLISH")
    file.add_header("Content-Disposition", "attachment", filename="seance.ics")
    return file


def _link(person: Person, message: Message, at: datetime) -> str:
    """The address to open; for a light access, one that lets the person in, unless the message's own link does already."""
    if not message.link or message.link.startswith(WITH_TOKEN) or not is_light(person=person, on=paris_day(at)):
        return f"{settings.ORIGIN}{message.link}" if message.link else ""
    token = grant_access_link(person=person, at=at)
    return f"{settings.ORIGIN}/acces/{token}/?{urlencode({'suite': message.link})}"


def _html(messages: Sequence[Message], links: Sequence[str], foot: str) -> SafeString:
    blocks = format_html_join(
        "",
        '<tr><td><font face="{}" color="{}"><h2>{}</h2>{}{}</font></td></tr>',
        (
            (FONT, INK, message.subject, SafeString(linebreaks(message.body, autoescape=True)), _button(link))
            for message, link in zip(messages, links, strict=True)
        ),
    )
    return format_html(
        '<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{}</title></head>'
        '<body bgcolor="{}" text="{}" link="{}"><table role="presentation" align="center" width="600" bgcolor="{}" '
        'cellpadding="24" cellspacing="0" border="0">{}</table>'
        '<p align="center"><font face="{}" size="2" color="{}">{}</font></p></body></html>',
        subject(messages), PLASTER, INK, RAIL, WALL, blocks, FONT, INK_2, format_html_join(SafeString("<br>"), "{}", ([line] for line in foot.splitlines())),
    )  # fmt: skip


def _button(link: str) -> SafeString:
    if not link:
        return SafeString("")
    return format_html(
        '<table role="presentation" bgcolor="{}" cellpadding="12" cellspacing="0" border="0"><tr><td>'
        '<a href="{}"><font face="{}" color="{}"><b>Ouvrir dans Palier</b></font></a></td></tr></table>',
        RAIL, link, FONT, WALL,
    )  # fmt: skip


@contextmanager
def connected() -> Iterator[Callable[[EmailMultiAlternatives], None]]:
    """One connection to the mail server for a batch of letters, opened with the first, renewed when it breaks."""
    connection = get_connection()

    def hand(mail: EmailMultiAlternatives) -> None:
        try:
            connection.open()
        except OSError as down:
            _close(connection)
            raise Unreachable(str(down)) from down
        _hand(connection, mail)

    try:
        yield hand
    finally:
        _close(connection)


@contextmanager
def mail_server(*, at: datetime) -> Iterator[Send]:
    """What hands the messages of people who sign in to the mail server, on one connection for a batch."""
    with connected() as hand:

        def send(person_id: int, messages: Sequence[Message]) -> None:
            person = Person.objects.filter(pk=person_id, is_active=True).first()
            if person is None:
                raise Undeliverable("Cette personne n’a plus d’accès.")
            hand(letter(person, messages, at=at))

        yield send


def _hand(connection: BaseEmailBackend, mail: EmailMultiAlternatives) -> None:
    """Raise ``Undeliverable`` on a refusal for good (5xx), else what the server said; a broken line is closed."""
    try:
        connection.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as refused:
        if all(code >= 500 for code, _ in refused.recipients.values()):
            raise Undeliverable(str(refused)) from refused
        raise
    except smtplib.SMTPResponseException as said:
        if said.smtp_code >= 500:
            raise Undeliverable(str(said)) from said
        raise
    except OSError:
        _close(connection)
        raise


def _close(connection: BaseEmailBackend) -> None:
    with suppress(OSError):  # a server that is gone cannot be told goodbye
        connection.close()
