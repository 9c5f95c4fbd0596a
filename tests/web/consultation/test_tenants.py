"""The representatives' pages: what is shared, an opinion in two steps, and nobody else's file."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.consultation.models import Round, Voice
from palier.consultation.operations import answer_opinion, give_opinion
from palier.consultation.rules import Duty, Opinion
from palier.directory.models import Landlord, Organisation, Person
from palier.directory.operations import add_association, add_member
from palier.directory.rules import Role
from palier.documents.models import Version
from palier.plans.operations import open_plan
from tests.consultation.conftest import House
from tests.web.consultation.conftest import said

SignIn = Callable[[Person], Client]
MakeRound = Callable[..., Round]
VoiceOf = Callable[[Round, Organisation], Voice]

pytestmark = pytest.mark.django_db


def page(name: str, voice: Voice) -> str:
    return reverse(name, kwargs={"landlord_id": voice.round.landlord_id, "voice_id": voice.pk})


def test_what_awaits_an_opinion_comes_first_with_its_last_day(house: House, make_round: MakeRound, sign_in: SignIn) -> None:
    make_round()
    make_round(duty=Duty.INFORM, stage="engagement", subject="Notre engagement")
    shown = said(sign_in(house.pond_speaker).get(reverse("voices")))
    assert shown.index("À répondre") < shown.index("Le plan d’actions") < shown.index("Pour votre information")
    assert "Jusqu’au jeudi 9 avril 2026, 23:59" in shown


def test_what_was_shared_comes_by_landlord_in_pages_and_is_filtered(
    house: House,
    make_round: MakeRound,
    make_landlord: Callable[..., Landlord],
    sign_in: SignIn,
    at: datetime,
) -> None:
    client = sign_in(house.pond_speaker)
    make_round(duty=Duty.INFORM, stage="engagement", subject="Notre engagement")
    client.get(reverse("voices"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("voices"))
    for number in range(29):
        landlord = make_landlord(f"Bailleur {number:02}")
        stage, year = ("engagement", 2026) if number else ("self_assessment", 2024)
        add_association(landlord=landlord, association=house.pond, by=None, at=at.replace(year=year))
        make_round(landlord=landlord, duty=Duty.INFORM, stage=stage, at=at.replace(year=year))
    with CaptureQueriesContext(connection) as thirty:
        shown = said(client.get(reverse("voices")))
    assert len(thirty) == len(one)
    assert shown.count('<a class="name"') == 20
    links = re.findall(r'<a class="name".*?>(.*?)</a>', shown)
    assert len(set(links)) == 20
    assert "Bailleur 00 : </span>Cotation du patrimoine, le 10 mars 2024" in links[0]
    assert "Page 1 sur 2" in shown
    assert "Montfictif Habitat : </span>" in said(client.get(reverse("voices"), {"page": "2"}))
    for asked, many in (
        ({"bailleur": str(house.landlord.pk)}, 1),
        ({"etape": "Cotation du patrimoine"}, 1),
        ({"annee": "2024"}, 1),
        ({"annee": "2024", "bailleur": str(house.landlord.pk)}, 0),
        ({"annee": "jamais"}, 20),
    ):
        assert said(client.get(reverse("voices"), asked)).count('<a class="name"') == many, asked


def test_a_delay_that_passed_is_said_and_one_may_still_answer(
    house: House, make_round: MakeRound, voice_of: VoiceOf, sign_in: SignIn
) -> None:
    found = make_round()
    with time_machine.travel(datetime(2026, 4, 10, 10, tzinfo=UTC), tick=False):
        client = sign_in(house.pond_speaker)
        home = said(client.get(reverse("voices")))
        assert "Délai passé le jeudi 9 avril 2026 : vous pouvez encore répondre" in home
        one = said(client.get(page("voice", voice_of(found, house.pond))))
    assert "Le délai est passé le jeudi 9 avril 2026." in one
    assert "Relire avant l’envoi" in one


def test_somebody_who_represents_nobody_finds_an_empty_page(house: House, make_round: MakeRound, sign_in: SignIn) -> None:
    make_round()
    assert "Rien n’est encore partagé avec vous." in said(sign_in(house.lead).get(reverse("voices")))


def test_opening_the_page_is_traced_and_shows_what_is_shared(
    house: House, make_round: MakeRound, voice_of: VoiceOf, make_document: Callable[..., Version], sign_in: SignIn, at: datetime
) -> None:
    version = make_document(house.landlord)
    voice = voice_of(make_round(documents=[version]), house.pond)
    client = sign_in(house.pond_speaker)
    shown = said(client.get(page("voice", voice)))
    assert "Voici notre projet de plan." in shown
    assert voice_of(voice.round, house.pond).read_at == at
    shared = voice.round.shared.get()
    where = reverse("consultation_document", kwargs={"landlord_id": house.landlord.pk, "shared_id": shared.pk})
    assert where in shown
    answer = client.get(where)
    assert b"".join(answer) == f"Projet de plan {house.landlord.pk}".encode()  # type: ignore[arg-type]
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_when_the_plan_is_at_stake_the_plan_itself_is_offered(
    house: House, make_round: MakeRound, voice_of: VoiceOf, sign_in: SignIn, at: datetime
) -> None:
    round_ = make_round()
    client = sign_in(house.pond_speaker)
    where = reverse("plan_whole", kwargs={"landlord_id": house.landlord.pk})
    assert where not in said(client.get(page("voice", voice_of(round_, house.pond))))
    open_plan(landlord=house.landlord, cycle=1, by=house.lead, at=at)
    assert where in said(client.get(page("voice", voice_of(round_, house.pond))))
    assert client.get(where).status_code == 200


def test_an_opinion_takes_two_steps_and_nothing_leaves_before_the_second(
    house: House, make_round: MakeRound, voice_of: VoiceOf, sign_in: SignIn
) -> None:
    voice = voice_of(make_round(), house.pond)
    client = sign_in(house.pond_speaker)
    given = {"opinion": "favourable_with_requests", "text": "Nous demandons un gardien."}
    shown = said(client.post(page("voice_review", voice), given))
    assert "Relisez votre avis" in shown
    assert "Nous demandons un gardien." in shown
    assert voice_of(voice.round, house.pond).opinion == ""
    again = said(client.post(page("voice_review", voice), given | {"again": "1"}))
    assert "Nous demandons un gardien.</textarea>" in again
    answer = client.post(page("voice_send", voice), given)
    assert answer.headers["Location"] == page("voice_thanks", voice)
    thanks = said(client.get(answer.headers["Location"]))
    assert "Votre avis est envoyé" in thanks
    assert "Le comité du label le lit tel quel." in thanks
    assert "Favorable, avec des demandes" in said(client.get(reverse("voices")))


def test_the_thanks_page_thanks_only_once_something_was_said(
    house: House, make_round: MakeRound, voice_of: VoiceOf, sign_in: SignIn
) -> None:
    voice = voice_of(make_round(), house.pond)
    assert sign_in(house.pond_speaker).get(page("voice_thanks", voice)).headers["Location"] == page("voice", voice)


def test_a_text_that_is_missing_is_asked_for_and_what_was_chosen_is_kept(
    house: House, make_round: MakeRound, voice_of: VoiceOf, sign_in: SignIn
) -> None:
    voice = voice_of(make_round(), house.pond)
    client = sign_in(house.pond_speaker)
    assert "obligatoire, sauf pour « Favorable » et « Sans avis »" in said(client.get(page("voice", voice))), "said beforehand"
    for name in ("voice_review", "voice_send"):
        answer = client.post(page(name, voice), {"opinion": "reserved", "text": ""})
        assert answer.status_code == 422
        shown = said(answer)
        assert "Un avis « réservé » s’accompagne de votre texte" in shown
        assert 'value="reserved" required id="id_opinion_2" checked' in shown or 'value="reserved"' in shown
    assert voice_of(voice.round, house.pond).answered_at is None


def test_when_a_colleague_answered_meanwhile_the_text_is_not_lost(
    house: House, make_round: MakeRound, voice_of: VoiceOf, make_person: Callable[..., Person], sign_in: SignIn, at: datetime
) -> None:
    voice = voice_of(make_round(), house.pond)
    colleague = make_person(Role.TENANT_REPRESENTATIVE, house.pond, "M. R.")
    give_opinion(voice=voice, opinion=Opinion.FAVOURABLE, text="", by=colleague, at=at)
    answer = sign_in(house.pond_speaker).post(page("voice_send", voice), {"opinion": "unfavourable", "text": "Un long texte."})
    assert answer.status_code == 409
    shown = said(answer)
    assert "Un long texte." in shown
    assert "M. R." in shown
    assert voice_of(voice.round, house.pond).opinion == Opinion.FAVOURABLE


def test_sent_twice_an_opinion_is_given_once(house: House, make_round: MakeRound, voice_of: VoiceOf, sign_in: SignIn) -> None:
    voice = voice_of(make_round(), house.pond)
    client = sign_in(house.pond_speaker)
    given = {"opinion": "favourable", "text": "", "idempotency_key": "once"}
    first, second = (client.post(page("voice_send", voice), given) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert second.headers["Location"] == page("voice_thanks", voice)


def test_the_landlord_s_reply_is_read_under_the_opinion(
    house: House, make_round: MakeRound, voice_of: VoiceOf, sign_in: SignIn, at: datetime
) -> None:
    voice = give_opinion(
        voice=voice_of(make_round(), house.pond), opinion=Opinion.FAVOURABLE, text="Oui.", by=house.pond_speaker, at=at
    )
    answer_opinion(voice=voice, text="Nous commençons en avril.", by=house.lead, at=at)
    shown = said(sign_in(house.pond_speaker).get(page("voice", voice)))
    assert "Nous commençons en avril." in shown
    assert "Relire avant" not in shown


def test_another_association_s_voice_is_not_found(
    house: House, make_round: MakeRound, voice_of: VoiceOf, sign_in: SignIn
) -> None:
    voice = voice_of(make_round(), house.pond)
    client = sign_in(house.yards_speaker)
    assert client.get(page("voice", voice)).status_code == 404
    for name in ("voice_review", "voice_send"):
        assert client.post(page(name, voice), {"opinion": "favourable"}).status_code == 404


def test_a_person_of_the_landlord_made_representative_reads_but_does_not_speak(
    house: House, make_round: MakeRound, voice_of: VoiceOf, sign_in: SignIn, at: datetime
) -> None:
    voice = voice_of(make_round(), house.pond)
    add_member(person=house.lead, organisation=house.pond, role=Role.TENANT_REPRESENTATIVE, by=None, at=at)
    client = sign_in(house.lead)
    assert "Un avis vient des locataires" in said(client.get(page("voice", voice)))
    assert client.post(page("voice_send", voice), {"opinion": "favourable"}).status_code == 422
    seen = voice_of(voice.round, house.pond)
    assert (seen.read_at, seen.answered_at) == (None, None)


def test_these_pages_carry_no_script(house: House, make_round: MakeRound, voice_of: VoiceOf, sign_in: SignIn) -> None:
    voice = voice_of(make_round(), house.pond)
    client = sign_in(house.pond_speaker)
    for where in (reverse("voices"), page("voice", voice)):
        assert "<script" not in said(client.get(where))
