"""Letters, against a real mail server: accepted, refused, put off, cut, unreachable."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from pytest_django.fixtures import Settings

from palier.directory.models import AccessLink, Organisation, Person
from palier.directory.rules import Kind, Role, digest_of
from palier.jobs.letters import mail_server as connected
from palier.outbox.models import Message, State
from palier.outbox.operations import choose, deliver, post
from palier.outbox.rules import DELAY, Pace
from tests.processes import Mailbox, free_port, mail_server

pytestmark = pytest.mark.django_db
Make = Callable[..., Person]


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    with mail_server() as (box, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.ORIGIN = "https://palier.example"
        yield box


def tell(person: Person, at: datetime, **more: object) -> Message:
    told = {"event": "label.your_turn", "subject": "La main est à vous", "body": "Le plan attend.\n\nJusqu’au 14 avril."}
    return post(**(told | {"to": [person.pk], "at": at} | more))[0]  # type: ignore[arg-type]


def body(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def send(at: datetime) -> tuple[int, int]:
    with connected(at=at) as hand:
        return deliver(at=at, send=hand)


def test_a_letter_carries_its_calendar_file(mailbox: Mailbox, make_person: Make, at: datetime) -> None:
    tell(make_person(), at, attachment="BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nSUMMARY:Séance\r\nEND:VCALENDAR\r\n")
    assert send(at + DELAY) == (1, 0)
    (mail,) = mailbox.mails
    (file,) = mail.iter_attachments()
    assert (file.get_content_type(), file.get_param("method"), file.get_filename()) == ("text/calendar", "CANCEL", "seance.ics")
    assert "SUMMARY:Séance" in file.get_content()
    assert "Le plan attend." in body(mail)


def test_a_letter_is_plain_text_and_simple_html(mailbox: Mailbox, make_person: Make, at: datetime) -> None:
    person = make_person()
    message = tell(person, at, link="/organismes/1/", body="Le plan <A> attend.")
    assert send(at + DELAY) == (1, 0)
    (mail,) = mailbox.mails
    assert (mail["To"], mail["Subject"]) == (person.email, "La main est à vous")
    assert mail["Message-ID"].startswith(f"<palier-{message.pk}-1@")
    text, html = body(mail), body(mail, "html")
    assert text.startswith("Le plan <A> attend.\n\nhttps://palier.example/organismes/1/\n")
    assert "Journal n° " in text
    assert "Le plan &lt;A&gt; attend." in html
    assert '<a href="https://palier.example/organismes/1/">' in html
    assert not re.search(r"<(script|img|link)|style=|http://", html)


def test_a_tenants_representative_gets_a_link_that_lets_in(
    mailbox: Mailbox, make_person: Make, make_organisation: Callable[..., Organisation], at: datetime
) -> None:
    person = make_person(Role.TENANT_REPRESENTATIVE, make_organisation(Kind.TENANTS_ASSOCIATION))
    tell(person, at, link="/organismes/1/avis/?a=1&b=2")
    send(at + DELAY)
    text = body(mailbox.mails[0])
    found = re.search(r"https://palier\.example/acces/([\w-]+)/\?suite=%2Forganismes%2F1%2Favis%2F%3Fa%3D1%26b%3D2\n", text)
    assert found, text
    assert AccessLink.objects.get().token_digest == digest_of(found[1])
    assert found[1] not in Message.objects.get().link


def test_a_digest_is_one_letter(mailbox: Mailbox, make_person: Make, at: datetime) -> None:
    person = make_person()
    choose(person=person.pk, event="label.your_turn", pace=Pace.DAILY)
    for subject in ("Un", "Deux", "Trois"):
        tell(person, at, subject=subject)
    assert send(at + timedelta(days=1)) == (1, 0)
    assert mailbox.mails[0]["Subject"] == "Votre résumé du jour : 3 messages"
    text = body(mailbox.mails[0])
    assert [text.index(s) for s in ("Un", "Deux", "Trois")] == sorted(text.index(s) for s in ("Un", "Deux", "Trois"))


def test_one_refused_address_stops_nobody_else(mailbox: Mailbox, make_person: Make, at: datetime) -> None:
    wrong, late, right = make_person(), make_person(), make_person()
    for person in (wrong, late, right):
        tell(person, at)
    mailbox.answer = {wrong.email: "550 Inconnu", late.email: "451 Plus tard"}.get
    assert send(at + DELAY) == (1, 2)
    assert [m["To"] for m in mailbox.mails] == [right.email]
    assert dict(Message.objects.values_list("person_id", "state")) == {
        wrong.pk: State.DEAD,
        late.pk: State.WAITING,
        right.pk: State.SENT,
    }
    mailbox.answer = lambda _: None
    assert send(at + DELAY + timedelta(minutes=1)) == (1, 0)
    assert [m["To"] for m in mailbox.mails] == [right.email, late.email]


def test_a_server_that_is_down_makes_everybody_wait(make_person: Make, at: datetime, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    tell(make_person(), at)
    assert send(at + DELAY) == (0, 0)
    assert Message.objects.values_list("state", "attempts").get() == (State.WAITING, 0)


def test_somebody_who_left_is_written_to_no_more(mailbox: Mailbox, make_person: Make, at: datetime) -> None:
    person = make_person()
    tell(person, at)
    Person.objects.filter(pk=person.pk).update(is_active=False)
    assert send(at + DELAY) == (0, 1)
    assert mailbox.mails == []
    assert Message.objects.get().state == State.DEAD
