"""From the mail to the opinion: the link of the letter alone, no password; and nobody else passes the gate meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlparse

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from palier.calendar import paris_day
from palier.consultation.models import Round, Voice
from palier.consultation.queries import Ask, gates
from palier.consultation.rules import Duty
from palier.directory.models import Organisation, Person
from palier.directory.rules import Kind, Role
from palier.jobs.letters import mail_server
from palier.outbox.operations import deliver
from tests.consultation.conftest import House
from tests.web.consultation.conftest import said

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(at: datetime) -> Iterator[datetime]:
    """The next hour, once the letters have left."""
    call_command("createcachetable")
    with time_machine.travel(at + timedelta(hours=1), tick=False):
        yield at + timedelta(hours=1)


def opened(house: House, at: datetime) -> bool:
    """Whether the gate of the stage lets the journey pass."""
    ask = Ask(house.landlord.pk, 1, "plan_drafting", Duty.OPINION, 30, 2)
    return bool(gates(asks=[ask], on=paris_day(at))[0])


def test_an_opinion_is_given_from_the_letter_alone(
    house: House,
    make_round: Callable[..., Round],
    voice_of: Callable[[Round, Organisation], Voice],
    make_person: Callable[..., Person],
    make_organisation: Callable[..., Organisation],
    sign_in: Callable[[Person], Client],
    client: Client,
    later: datetime,
) -> None:
    round_ = make_round()
    with mail_server(at=later) as send:
        deliver(at=later, send=send)
    letter = next(one for one in mail.outbox if one.to == [house.pond_speaker.email])
    link = re.search(r"https?://[^/\s]+(/acces/[^\s]+)", str(letter.body))
    assert link, letter.body
    assert "Ce lien est personnel" in said(client.get(link[1]))
    entered = client.post(link[1], {"suite": parse_qs(urlparse(link[1]).query)["suite"][0]})
    voice = voice_of(round_, house.pond)
    page = {"landlord_id": house.landlord.pk, "voice_id": voice.pk}
    assert entered.headers["Location"] == reverse("voice", kwargs=page)
    assert "Dites-nous ce que vous en pensez." in said(client.get(entered.headers["Location"]))

    staff = sign_in(make_person(Role.ADMINISTRATOR, make_organisation(Kind.LABEL_OWNER)))
    given = {"opinion": "unfavourable", "text": "Le gardien manque."}
    assert staff.post(reverse("voice_send", kwargs=page), given).status_code == 403
    assert not opened(house, later)

    assert client.post(reverse("voice_send", kwargs=page), given).status_code == 302
    voice.refresh_from_db()
    assert (voice.opinion, voice.text, voice.person_id) == ("unfavourable", "Le gardien manque.", house.pond_speaker.pk)
    assert client.get("/compte/mot-de-passe/changer/").status_code == 403
