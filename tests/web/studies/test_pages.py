"""Who reads what of a study: an answer never leaves its landlord, its figures leave only once published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.directory.models import Landlord, Person
from palier.directory.operations import add_association, add_member
from palier.directory.rules import Kind, Role
from palier.outbox.models import Message, State
from palier.studies import operations
from palier.studies.models import Study
from tests.fixtures import NOON
from tests.studies.conftest import LEAST, Region, fill, validated

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
EIGHT = [("oph", 4_000)] * 4 + [("esh", 16_000)] * 4
CANARY = "Canari des réponses"
# Open for whoever looks, at whatever instant the tests run.
FAR = datetime(2090, 1, 1, tzinfo=UTC).date()


@pytest.fixture
def region(make_region: Callable[..., Region]) -> Region:
    made = make_region(EIGHT)
    Study.objects.update(closes_on=FAR)
    for number in range(6):
        more = {
            "evaluation_word": f"{CANARY} {number}",
            "landlord_homes_in_districts": 31 + number,
            "landlord_homes": 7_000 + number,
        }
        validated(made.answer(number), LEAST | more, made.by)
    return made


def words(answer: Any) -> str:
    return answer.content.decode("utf-8-sig").replace("\u202f", " ").replace("\xa0", " ")


def of_study(name: str, region: Region, **more: object) -> str:
    return reverse(name, kwargs={"study_id": region.study.pk, **more})


def own(name: str, region: Region, who: int, **more: object) -> str:
    return of_study(name, region, landlord_id=region.landlords[who].pk, **more)


OWN = ("own_study", "own_study_results", "own_study_report")
ASSOCIATION = ("study", "study_results", "study_report")


def test_the_association_reads_who_answered_and_never_what(region: Region, sign_in: SignIn) -> None:
    client = sign_in(region.by)
    assert "75 % des organismes, 60 % des logements" in words(client.get(reverse("studies")))
    live = words(client.get(of_study("study", region)))
    assert "6 réponses validées sur 8 organismes" in live
    assert region.landlords[7].name in live
    assert client.get(of_study("study_results", region)).status_code == 302
    operations.close(study=region.study, by=region.by, at=NOON)
    pages = [of_study("study", region), of_study("study_results", region), of_study("study_file", region, form="csv")]
    for text in (words(client.get(page)) for page in [*pages, f"{pages[1]}?par=size"]):
        assert CANARY not in text
        assert "7 003" not in text
    assert "Vous savez qui a répondu" in words(client.get(pages[1])), "its own page says what this table hides from landlords"
    assert client.get(of_study("study_report", region)).content.startswith(b"%PDF")
    assert client.get(of_study("study_file", region, form="xlsx")).status_code == 200
    assert client.get(of_study("study_file", region, form="pdf")).status_code == 404
    for number in (0, 7):
        for name in OWN:
            assert client.get(own(name, region, number)).status_code == 403


def test_nobody_else_reads_anything(
    region: Region, make_region: Callable[..., Region], sign_in: SignIn, make_person: Any, make_organisation: Any
) -> None:
    other = make_region(EIGHT, "Union voisine")
    operations.close(study=region.study, by=region.by, at=NOON)
    operations.publish(study=region.study, by=region.by, at=NOON)
    owner, tenants = make_organisation(Kind.LABEL_OWNER), make_organisation(Kind.TENANTS_ASSOCIATION)
    add_association(landlord=region.landlords[0], association=tenants, by=None, at=NOON)
    strangers = {
        "another association": other.by,
        "a landlord of another association": make_person(Role.QUALITY_LEAD, other.landlords[0]),
        "its tenants’ representatives": make_person(Role.TENANT_REPRESENTATIVE, tenants),
        "the label’s team": make_person(Role.REFERENT, owner),
        "the administration": make_person(Role.ADMINISTRATOR, owner),
        "nobody": None,
    }
    for who, person in strangers.items():
        client = sign_in(person) if person else Client()
        for page in [own(name, region, 0) for name in OWN] + [of_study(name, region) for name in ASSOCIATION]:
            answer = client.get(page)
            assert answer.status_code in {302, 403, 404}, (who, page)
            assert CANARY not in words(answer)
        assert CANARY not in words(client.get(reverse("studies"), follow=True))
    neighbour = sign_in(make_person(Role.QUALITY_LEAD, region.landlords[1]))
    assert neighbour.get(own("own_study", region, 0)).status_code == 404
    for name in ASSOCIATION:
        assert neighbour.get(of_study(name, region)).status_code == 403
    shown = words(neighbour.get(own("own_study_results", region, 1)))
    assert f"{CANARY} " not in shown
    assert "32 %" in shown  # its own share
    assert not [figure for figure in ("31 %", "33 %", "36 %", "7 000", "7 002", "7 005") if f">{figure}<" in shown]


def test_a_landlord_reads_the_results_once_published_with_its_own_place(
    region: Region, sign_in: SignIn, make_person: Any
) -> None:
    client = sign_in(make_person(Role.DIRECTOR, region.landlords[5]))
    late = sign_in(make_person(Role.QUALITY_LEAD, region.landlords[7]))
    operations.close(study=region.study, by=region.by, at=NOON)
    assert client.get(own("own_study_results", region, 5)).status_code == 404
    operations.keep_words(study=region.study, words={"commitments": "Tout commence."}, revision=0, by=region.by, at=NOON)
    operations.publish(study=region.study, by=region.by, at=NOON)
    said = words(client.get(own("own_study_results", region, 5)))
    for told in ("Votre place", "36 %", "dans le quart le plus haut", "votre réponse", "Tout commence.", "masqué"):
        assert told in said
    assert client.get(own("own_study_report", region, 5)).content.startswith(b"%PDF")
    assert "n’est pas comptée" in words(late.get(own("own_study_results", region, 7)))


def test_a_page_shows_what_is_proposed_and_keeps_what_is_wrong(region: Region, sign_in: SignIn, make_person: Any) -> None:
    client = sign_in(make_person(Role.QUALITY_LEAD, region.landlords[6]))
    page = own("study_sheet", region, 6, number=1)
    said = words(client.get(page))
    assert "Proposé d’après votre fiche dans Palier : confirmez ou changez." in said
    assert 'value="16000"' in said
    sent = {"revision": "0", "landlord_status": "esh", "landlord_homes": "beaucoup"}
    answer = client.post(page, sent)
    assert answer.status_code == 422
    assert 'value="beaucoup"' in words(answer)
    answer = client.post(page, sent | {"landlord_homes": "16 000"})
    assert answer.status_code == 302
    assert region.answer(6).said == {"landlord_status": "esh", "landlord_homes": 16_000}
    answer = client.post(page, sent | {"landlord_homes": "15 000"})
    assert answer.status_code == 409
    assert 'value="15 000"' in words(answer)
    assert client.get(own("study_sheet", region, 6, number=99)).status_code == 404


def test_the_lead_hands_and_only_the_director_validates(region: Region, sign_in: SignIn, make_person: Any) -> None:
    lead, director = (make_person(role, region.landlords[6]) for role in (Role.QUALITY_LEAD, Role.DIRECTOR))
    refusal = sign_in(lead).post(own("study_hand", region, 6))
    assert refusal.status_code == 422
    fill(region.answer(6), LEAST, lead)
    assert sign_in(lead).post(own("study_validate", region, 6)).status_code == 403
    assert sign_in(director).post(own("study_validate", region, 6)).status_code == 302
    assert region.answer(6).validated_by == director
    sign_in(lead).post(own("study_take_back", region, 6))
    assert region.answer(6).validated_at is None


def test_a_director_who_answered_validates_in_one_act_and_is_not_told_by_themselves(
    region: Region, sign_in: SignIn, make_person: Any
) -> None:
    director, other = (make_person(Role.DIRECTOR, region.landlords[6]) for _ in range(2))
    operations.take_back(answer=fill(region.answer(6), LEAST, director), by=director, at=NOON)
    client, read = sign_in(director), region.answer(6).revision
    page = words(client.get(own("own_study", region, 6)))
    assert "Valider la réponse" in page
    assert "Remettre à la direction" not in page
    for stale in (read - 1, "9" * 5_000, ""):
        refused = client.post(own("study_validate", region, 6), {"revision": stale})
        assert "Une page a été enregistrée entre-temps" in words(refused)
    assert region.answer(6).validated_at is None
    assert client.post(own("study_validate", region, 6), {"revision": read}).status_code == 302
    assert region.answer(6).validated_by == director
    told = Message.objects.filter(event="studies.handed", person_id__in=[director.pk, other.pk])
    assert not told.exclude(state=State.CANCELLED).exists()
    assert not told.filter(person_id=director.pk).exists()


def test_an_edition_is_opened_on_a_form_that_says_what_is_wrong(region: Region, sign_in: SignIn) -> None:
    client, page = sign_in(region.by), reverse("study_open")
    sent = {
        "association": region.association.pk, "questionnaire": region.study.questionnaire_id, "name": "Étude", "year": 2026,
        "closes_on": "2090-01-01",
    }  # fmt: skip
    answer = client.post(page, sent)
    assert answer.status_code == 422
    assert "une édition par an" in words(answer)
    answer = client.post(page, sent | {"year": 2027}, follow=True)
    assert "8 organismes sont invités" in words(answer)


def test_key_messages_are_edited_and_somebody_else_s_shown(region: Region, sign_in: SignIn) -> None:
    operations.close(study=region.study, by=region.by, at=NOON)
    client, page = sign_in(region.by), of_study("study_words", region)
    said = words(client.get(of_study("study_results", region)))
    assert "un engagement de service : non (" in said
    assert " % ou plus)." in said
    assert client.post(page, {"revision": "0", "sites": "Premier."}).status_code == 302
    answer = client.post(page, {"revision": "0", "sites": "Second."})
    assert answer.status_code == 409
    assert "Premier." in words(answer)
    assert "Second." in words(answer)
    client.post(of_study("study_publish", region))
    assert Study.objects.get(pk=region.study.pk).published_at


def test_as_many_queries_for_one_row_as_for_thirty(
    make_region: Callable[..., Region], sign_in: SignIn, make_person: Any
) -> None:
    one, many = make_region(EIGHT[:1], "Une"), make_region(EIGHT * 4, "Plusieurs")
    for year in range(2000, 2025):
        Study.objects.create(
            association=many.association,
            questionnaire=many.study.questionnaire,
            name="Étude",
            year=year,
            closes_on=FAR,
            opened_at=NOON,
        ).answers.create(landlord=many.landlords[0], landlord_type="oph", homes=1)
    seen: dict[str, list[int]] = {}
    for region in (one, many):
        relay, lead = sign_in(region.by), sign_in(make_person(Role.QUALITY_LEAD, region.landlords[0]))
        pages = {
            "studies": (relay, reverse("studies")),
            "study": (relay, of_study("study", region)),
            "own_studies": (lead, reverse("own_studies", kwargs={"landlord_id": region.landlords[0].pk})),
        }
        for name, (client, page) in pages.items():
            client.get(page)
            with CaptureQueriesContext(connection) as context:
                assert client.get(page).status_code == 200
            seen.setdefault(name, []).append(len(context))
    assert {name: a == b for name, (a, b) in seen.items()} == dict.fromkeys(seen, True), seen


def test_a_relay_of_no_association_is_told_so(sign_in: SignIn, make_person: Any, make_organisation: Any) -> None:
    relay = make_person()
    add_member(
        person=relay, organisation=make_organisation(Kind.FEDERATION), role=Role.RELAY, by=None, at=NOON - timedelta(days=1)
    )
    client = sign_in(relay)
    assert "rattaché à aucune association régionale" in words(client.get(reverse("studies")))
    assert client.get(reverse("study_open")).status_code == 302


def test_a_member_that_joined_since_is_invited_from_the_page(
    region: Region, sign_in: SignIn, make_landlord: Callable[..., Landlord]
) -> None:
    client, button = sign_in(region.by), "Inviter les nouveaux adhérents"
    assert button not in words(client.get(of_study("study", region)))
    joined = make_landlord("Nouvel adhérent", regional_association=region.association)
    assert "1 organisme a rejoint l’association" in words(client.get(of_study("study", region)))
    live = words(client.post(of_study("study_invite", region), follow=True))
    assert "1 organisme invité." in live
    assert joined.name in live
    assert button not in live
