"""Doors: who comes in, what is refused, what is done once."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.test import Client

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.rules import Kind, Role
from palier.ledger.models import Reply

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.door_urls")]
Make = Callable[..., Person]


def test_another_landlords_file_does_not_exist(
    make_landlord: Callable[..., Landlord], make_person: Make, sign_in: Callable[[Person], Client]
) -> None:
    mine, other = make_landlord(), make_landlord()
    client = sign_in(make_person(Role.QUALITY_LEAD, mine))
    assert client.get(f"/essai/{mine.pk}/").content.decode() == mine.name
    assert client.get(f"/essai/{other.pk}/").status_code == 404
    assert client.post(f"/essai/{other.pk}/").status_code == 404


def test_a_right_that_one_has_not_is_refused_with_its_sentence(
    make_landlord: Callable[..., Landlord], make_person: Make, sign_in: Callable[[Person], Client]
) -> None:
    landlord = make_landlord()
    answer = sign_in(make_person(Role.DIRECTOR, landlord)).post(f"/essai/{landlord.pk}/")
    assert answer.status_code == 403
    assert "Vous ne pouvez pas modifier le patrimoine. Cela revient à\u00a0: responsable qualité." in answer.content.decode()


def test_who_is_not_signed_in_is_sent_to_sign_in(client: Client, make_landlord: Callable[..., Landlord]) -> None:
    answer = client.get(f"/essai/{make_landlord().pk}/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/compte/")


def test_private_pages_are_not_kept_by_browsers(
    make_landlord: Callable[..., Landlord], make_person: Make, sign_in: Callable[[Person], Client]
) -> None:
    landlord = make_landlord()
    answer = sign_in(make_person(Role.CONTRIBUTOR, landlord)).get(f"/essai/{landlord.pk}/")
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "weak",
    [
        [{"method": "password", "at": 1}],
        [{"method": "socialaccount", "at": 1}],
        [],
    ],
)
def test_a_role_that_needs_two_factors_is_sent_to_the_second(
    weak: list[dict[str, object]],
    make_organisation: Callable[..., Organisation],
    make_landlord: Callable[..., Landlord],
    make_person: Make,
    sign_in: Callable[[Person], Client],
) -> None:
    landlord = make_landlord()
    client = sign_in(make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER)))
    assert client.get(f"/essai/{landlord.pk}/").status_code == 200
    session = client.session
    session["account_authentication_methods"] = weak
    session.save()
    assert client.get(f"/essai/{landlord.pk}/")["Location"] == "/compte/second-facteur/"


def test_proofs_of_somebody_else_in_the_same_session_count_for_nothing(
    make_organisation: Callable[..., Organisation],
    make_landlord: Callable[..., Landlord],
    make_person: Make,
    sign_in: Callable[[Person], Client],
) -> None:
    client = sign_in(make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER)))
    session = client.session
    session["account_authentication_methods_user"] = "0"
    session.save()
    assert client.get(f"/essai/{make_landlord().pk}/").status_code == 302


def test_the_same_form_sent_twice_is_done_once(make_person: Make, sign_in: Callable[[Person], Client]) -> None:
    client = sign_in(make_person())
    form = {"email": "une@example.test", "idempotency_key": "k1"}
    first, second = client.post("/essai/acte/", form), client.post("/essai/acte/", form)
    assert first.content == second.content == b"fait une@example.test"
    assert Reply.objects.count() == 1


def test_the_same_key_with_another_form_is_a_conflict(make_person: Make, sign_in: Callable[[Person], Client]) -> None:
    client = sign_in(make_person())
    client.post("/essai/acte/", {"email": "une@example.test", "idempotency_key": "k1"})
    assert client.post("/essai/acte/", {"email": "deux@example.test", "idempotency_key": "k1"}).status_code == 409
    assert not Person.objects.filter(email="deux@example.test").exists()


def test_a_refusal_writes_nothing_and_may_be_tried_again(make_person: Make, sign_in: Callable[[Person], Client]) -> None:
    client = sign_in(make_person())
    form = {"email": "une@example.test", "idempotency_key": "k1", "refuse": "1"}
    answer = client.post("/essai/acte/", form)
    assert answer.status_code == 422
    assert "Ce n’est pas possible ici." in answer.content.decode()
    assert not Person.objects.filter(email="une@example.test").exists()
    del form["refuse"]
    assert client.post("/essai/acte/", form).status_code == 200


def test_signing_asks_again_for_a_proof_that_is_old(make_person: Make, sign_in: Callable[[Person], Client]) -> None:
    person = make_person()
    person.set_password("une longue phrase de passe")
    person.save()
    client = sign_in(person)
    assert client.post("/essai/signer/", {"what": "le plan"}).content.decode() == "signé le plan"
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 3600}]
    session.save()
    asked = client.post("/essai/signer/", {"what": "le plan"})
    assert asked.status_code == 302
    again = client.post(asked["Location"], {"password": "une longue phrase de passe"})
    assert again.content.decode() == "signé le plan"
