"""Each night the head of the ledger is signed, kept, and sent to those who asked for it and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from palier.directory.models import Membership, Organisation, Person
from palier.directory.rules import Kind, Role
from palier.jobs.checkpoints import EVENT, sign_and_send
from palier.jobs.letters import mail_server as letters
from palier.ledger import queries, verifier
from palier.ledger.models import Checkpoint
from palier.outbox.models import Message
from palier.outbox.operations import choose, deliver
from palier.outbox.queries import paces
from palier.outbox.rules import Pace
from tests.processes import mail_server

pytestmark = pytest.mark.django_db


def test_the_letter_of_those_who_asked_holds_the_ledger_to_that_night(
    make_person: Callable[..., Person], make_organisation: Callable[..., Organisation], at: datetime, settings: Any
) -> None:
    ministry = make_organisation(Kind.MINISTRY)
    member, silent, gone = (make_person(Role.COMMITTEE_MEMBER, ministry) for _ in range(3))
    stranger = make_person()
    assert paces(person=member.pk, roles=[Role.COMMITTEE_MEMBER])[EVENT] is Pace.NEVER
    for person in (member, gone, stranger):
        choose(person=person.pk, event=EVENT, pace=Pace.DAILY)
    choose(person=silent.pk, event=EVENT, pace=Pace.NEVER)
    Membership.objects.filter(person=gone).update(ends_on=at.date() - timedelta(days=1))
    made = sign_and_send(at=at)
    assert made is not None
    assert sign_and_send(at=at) is None
    assert [message.person_id for message in Message.objects.filter(event=EVENT)] == [member.pk]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with mail_server() as (mailbox, port):
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        with letters(at=at) as send:
            deliver(at=at + timedelta(days=1), send=send)
    body = mailbox.mails[0].get_body(("plain",))
    assert body is not None
    point = verifier.note_of(body.get_content(), verifier.keys_of(queries.keys_file()))
    assert point == (made.number, bytes.fromhex(Checkpoint.objects.get().root))
