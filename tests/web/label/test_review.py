"""The review of a file and the drafts of the rules: what was done by mistake can be taken back, in the open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.label import operations, queries
from palier.label.models import Correction, Journey, RuleSetVersion
from palier.label.rules.stages import Stage
from palier.ledger.models import Entry
from palier.outbox.models import Message, State
from palier.verdict import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(at: datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at, tick=False) as traveller:
        yield traveller


@pytest.fixture
def lead(make_person: Callable[..., Person], make_landlord: Callable[..., Landlord]) -> Person:
    return make_person(Role.QUALITY_LEAD, make_landlord("Habitat des Coteaux"), "M. Q.")


@pytest.fixture
def correction(rules: RuleSetVersion, referent: Person, lead: Person, at: datetime) -> Correction:
    landlord = Landlord.objects.get(name="Habitat des Coteaux")
    journey = operations.open_journey(landlord=landlord, rules=rules, by=referent, at=at)
    Journey.objects.filter(pk=journey.pk).update(stage=Stage.INSTRUCTION_ADMISSIBILITY)
    journey.refresh_from_db()
    return operations.ask_correction(
        journey=journey, subject="Délibération", reason="Elle n’est pas datée.", by=referent, at=at
    )


def waiting(correction: Correction, at: datetime) -> int:
    return queries.facts(journey=correction.journey, on=at.date()).open_corrections


def test_a_request_made_by_mistake_is_taken_back_and_no_longer_holds_the_file(
    correction: Correction, referent: Person, lead: Person, sign_in: Callable[[Person], Client], at: datetime
) -> None:
    assert waiting(correction, at) == 1
    base = f"/organismes/{correction.journey.landlord_id}/instruction/"
    client = sign_in(referent)
    assert "Retirer la demande" in client.get(base).content.decode()
    assert client.post(f"{base}corrections/{correction.pk}/retirer/", {"because": " "}).status_code == 422
    assert waiting(correction, at) == 1
    answer = client.post(f"{base}corrections/{correction.pk}/retirer/", {"because": "La date est au verso."})
    assert answer.status_code == 302
    assert waiting(correction, at) == 0
    reader = sign_in(lead)
    page = reader.get(base).content.decode()
    assert "La date est au verso." in page
    assert "Retirée le" in page
    assert "Répondre et clore" not in page
    late = reader.post(f"{base}corrections/{correction.pk}/", {"answer": "La voici."})
    assert late.status_code == 422
    assert "est retirée" in late.content.decode()
    assert Entry.objects.get(act="label.correction_withdrawn").content["facts"]["reason"] == "La date est au verso."


def test_whoever_was_told_of_a_request_is_told_that_it_is_withdrawn_and_nobody_else(
    correction: Correction, referent: Person, lead: Person, at: datetime
) -> None:
    asked = Message.objects.get(event="label.correction_asked")
    asked.state, asked.settled_at = State.SENT, at
    asked.save()
    operations.withdraw_correction(correction=correction, because="Au verso.", by=referent, at=at + timedelta(hours=1))
    told = Message.objects.get(event="label.correction_withdrawn")
    assert (told.person_id, told.state) == (lead.pk, State.WAITING)
    assert "Au verso." in told.body
    with pytest.raises(Refusal, match="est retirée"):
        operations.withdraw_correction(correction=correction, because="Encore.", by=referent, at=at)


def test_a_request_told_without_a_key_or_in_vain_is_told_when_withdrawn(
    correction: Correction, referent: Person, lead: Person, at: datetime
) -> None:
    asked = Message.objects.filter(event="label.correction_asked")
    asked.update(state=State.DEAD, settled_at=at)
    operations.withdraw_correction(correction=correction, because="Au verso.", by=referent, at=at)
    assert Message.objects.get(event="label.correction_withdrawn").person_id == lead.pk
    assert asked.get().state == State.CANCELLED


def test_a_request_withdrawn_before_it_left_tells_nobody(correction: Correction, referent: Person, at: datetime) -> None:
    operations.withdraw_correction(correction=correction, because="Au verso.", by=referent, at=at)
    assert Message.objects.get(event="label.correction_asked").state == State.CANCELLED
    assert not Message.objects.filter(event="label.correction_withdrawn").exists()


def test_a_file_whose_journey_is_over_waits_for_nobody(
    correction: Correction, referent: Person, sign_in: Callable[[Person], Client], at: datetime
) -> None:
    Journey.objects.filter(pk=correction.journey_id).update(stage=Stage.REFUSED, closed_at=at, due_on=None)
    page = sign_in(referent).get(f"/organismes/{correction.journey.landlord_id}/instruction/").content.decode()
    assert "est terminé" in page
    assert "Aucune note n’a été rendue." in page
    assert "de poursuivre" not in page


def test_the_database_refuses_a_request_both_answered_and_withdrawn(
    correction: Correction, referent: Person, lead: Person, at: datetime
) -> None:
    operations.answer_correction(correction=correction, answer="Datée.", by=lead, at=at)
    with pytest.raises(Refusal, match="déjà reçu"):
        operations.withdraw_correction(correction=correction, because="Au verso.", by=referent, at=at)
    with pytest.raises(IntegrityError, match="correction_withdrawn_whole"), transaction.atomic():
        Correction.objects.update(withdrawn_at=at, withdrawn_by=referent, withdrawn_because="Au verso.")


def test_a_draft_of_the_rules_is_dropped_with_what_it_said_in_the_ledger(
    rules: RuleSetVersion, referent: Person, sign_in: Callable[[Person], Client], at: datetime
) -> None:
    data = {**rules.data, "lapse_days": 45}
    draft = operations.draft_rule_set(data=data, effective_from=date(2027, 1, 1), by=referent, at=at)
    operations.change_draft(draft=draft, over=draft.drafted_at, data=data, effective_from=date(2027, 2, 1), by=referent, at=at)
    client = sign_in(referent)
    page = client.get(f"/regles/{draft.pk}/").content.decode()
    assert "Abandonner ce brouillon" in page
    assert "0 parcours" not in page
    assert "a modifié le brouillon" in page
    assert client.post(f"/regles/{draft.pk}/abandonner/").status_code == 302
    assert not RuleSetVersion.objects.filter(pk=draft.pk).exists()
    acts = Entry.objects.filter(subject_kind="label.rule_set", subject_id=draft.pk).order_by("number")
    assert [entry.act for entry in acts] == [
        "label.rules_drafted",
        "label.rules_draft_changed",
        "label.rules_draft_dropped",
    ]
    assert acts[2].content["facts"]["data"]["lapse_days"] == 45
    assert "a abandonné le brouillon" in client.get("/regles/").content.decode()
    with pytest.raises(Refusal, match="abandonné entre-temps"):
        operations.publish_rule_set(draft=draft, by=referent, at=at)


def test_published_rules_are_never_dropped_and_drafts_are_the_team_s(
    rules: RuleSetVersion, referent: Person, lead: Person, sign_in: Callable[[Person], Client], at: datetime
) -> None:
    assert sign_in(referent).post(f"/regles/{rules.pk}/abandonner/").status_code == 422
    assert RuleSetVersion.objects.filter(pk=rules.pk).exists()
    operations.draft_rule_set(data=rules.data, effective_from=date(2027, 1, 1), by=referent, at=at)
    page = sign_in(lead).get("/regles/").content.decode()
    assert "a publié les règles" in page
    assert "brouillon" not in page
