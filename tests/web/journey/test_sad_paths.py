"""The sad paths on the journey's pages: a hearing, a suspension, a deferral, a label that expired."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from palier.directory.models import Organisation, Person
from palier.directory.rules import Kind, Role
from palier.label import operations
from palier.label.models import Journey
from palier.label.rules.stages import Stage
from tests.web.journey.test_pages import letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def labelled(open_one: Callable[..., Journey], at: datetime) -> Journey:
    journey = open_one("Labellisé Habitat")
    day = at.date()
    Journey.objects.filter(pk=journey.pk).update(
        stage=Stage.LABELLED, label_from=day - timedelta(days=100), label_until=day + timedelta(days=400)
    )
    journey.refresh_from_db()
    return journey


def test_a_decision_refused_keeps_what_was_typed(
    labelled: Journey, referent: Person, sign_in: Callable[[Person], Client], at: datetime
) -> None:
    operations.advance(journey=labelled, act="open_withdrawal", by=referent, at=at, note="Motif.")
    client = sign_in(referent)
    given = {"outcome": "withdrawn", "decided_on": "2026-03-10", "reasons": "Sites abandonnés."}
    answer = client.post(f"/organismes/{labelled.landlord_id}/decisions/enregistrer/", given | letter())
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "n’a pas encore présenté ses observations" in page
    assert "Sites abandonnés." in page
    labelled.refresh_from_db()
    assert labelled.stage == Stage.HEARING


def test_a_withdrawal_is_heard_the_reasons_are_read_and_the_answer_reaches_the_committee(
    labelled: Journey,
    referent: Person,
    make_person: Callable[..., Person],
    sign_in: Callable[[Person], Client],
) -> None:
    here = f"/organismes/{labelled.landlord_id}"
    director = make_person(Role.DIRECTOR, labelled.landlord)
    client = sign_in(referent)
    client.post(f"{here}/parcours/marches/open_withdrawal/", {"note": "Trois sites sont à l’abandon."})
    labelled.refresh_from_db()
    assert labelled.stage == Stage.HEARING
    theirs = sign_in(director)
    page = theirs.get(f"{here}/parcours/").content.decode()
    assert page.index("Ce que vous pouvez faire") < page.index("Être entendu, jusqu’au")
    assert "Cela relève du comité" not in page
    assert "Ce que l’organisme peut faire" in client.get(f"{here}/parcours/").content.decode()
    assert "Trois sites sont à l’abandon." in theirs.get(f"{here}/parcours/observations/").content.decode()
    answer = "Les travaux ont commencé. " * 40
    assert theirs.post(f"{here}/parcours/observations/", {"text": answer}).status_code == 302
    page = theirs.get(f"{here}/parcours/").content.decode()
    assert page.index("décider du retrait ou du maintien") < page.index("L’organisme est entendu")
    assert "Il manque" not in page
    again = theirs.post(f"{here}/parcours/observations/", {"text": "Autre"})
    assert again.status_code == 422
    decision = client.get(f"{here}/decisions/enregistrer/").content.decode()
    assert "Trois sites sont à l’abandon." in decision
    assert answer.strip() in decision
    withdrawn = {"outcome": "withdrawn", "decided_on": "2026-03-10", "reasons": "Rien n’a changé."}
    assert client.post(f"{here}/decisions/enregistrer/", withdrawn | letter()).status_code == 302
    page = client.get(f"{here}/parcours/").content.decode()
    assert "Label retiré" in page
    assert "Rien n’a changé." in page
    assert "Label jusqu" not in page
    assert "a pris fin ce jour-là" in client.get(f"{here}/decisions/").content.decode()


def test_a_landlord_reads_why_it_is_deferred_or_suspended_where_it_works(
    labelled: Journey, referent: Person, make_person: Callable[..., Person], sign_in: Callable[[Person], Client]
) -> None:
    here, client = f"/organismes/{labelled.landlord_id}", sign_in(referent)
    given = {"outcome": "suspended", "decided_on": "2026-03-10", "reasons": "Deux sites sans gardien."}
    assert client.post(f"{here}/decisions/enregistrer/", given | letter()).status_code == 302
    theirs = sign_in(make_person(Role.DIRECTOR, labelled.landlord))
    page = theirs.get(f"{here}/parcours/").content.decode()
    assert "Pourquoi le label est suspendu" in page
    assert "Deux sites sans gardien." in page
    client.post(f"{here}/parcours/marches/open_withdrawal/", {"note": "Toujours sans gardien."})
    now, procedure = theirs.get(f"{here}/parcours/").content.decode().split('id="procedure"')
    assert "Deux sites" not in now
    assert procedure.index("Toujours sans gardien.") < procedure.index("Deux sites sans gardien.")
    Journey.objects.filter(pk=labelled.pk).update(stage=Stage.DECISION_CONFIRMATION, suspended_on=None, returns_to="")
    given = {"outcome": "confirmation_deferred", "decided_on": "2026-03-10", "reasons": "Complétez l’audit."}
    assert client.post(f"{here}/decisions/enregistrer/", given | letter()).status_code == 302
    page = theirs.get(f"{here}/parcours/").content.decode()
    assert page.index("Ce que le comité demande") < page.index("Complétez l’audit.")


def test_what_is_said_in_a_hearing_is_not_for_auditors_nor_tenants(
    labelled: Journey,
    referent: Person,
    make_person: Callable[..., Person],
    sign_in: Callable[[Person], Client],
    at: datetime,
) -> None:
    journey = operations.advance(journey=labelled, act="open_withdrawal", by=referent, at=at, note="Motif.")
    director = make_person(Role.DIRECTOR, labelled.landlord)
    operations.present_observations(journey=journey, text="Canari confidentiel", by=director, at=at)
    association = Organisation.objects.get(relations__landlord=labelled.landlord, kind=Kind.TENANTS_ASSOCIATION)
    speaker = make_person(Role.TENANT_REPRESENTATIVE, association)
    here = f"/organismes/{labelled.landlord_id}/parcours/"
    assert "Canari confidentiel" not in sign_in(speaker).get(here).content.decode()
    assert "Canari confidentiel" in sign_in(director).get(here).content.decode()


def test_a_label_that_expired_says_from_when_to_when_it_held(
    labelled: Journey, make_person: Callable[..., Person], sign_in: Callable[[Person], Client], at: datetime
) -> None:
    operations.lapse_due(at=at + timedelta(days=600))
    here, director = f"/organismes/{labelled.landlord_id}/parcours/", make_person(Role.DIRECTOR, labelled.landlord)
    said = sign_in(director).get(here).content.decode().replace("\u202f", " ").replace("\xa0", " ")
    assert "Le label valait du 30 novembre 2025 au 14 avril 2027." in said
    assert "Un nouveau parcours peut s’ouvrir ici : c’est à la personne responsable de la qualité" in said
    lead = make_person(Role.QUALITY_LEAD, labelled.landlord)
    assert "Ouvrir un nouveau parcours" in sign_in(lead).get(here).content.decode()
