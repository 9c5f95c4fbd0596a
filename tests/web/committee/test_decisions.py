"""A decision taken outside Palier is recorded with its conditions, line by line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from palier.committee.models import Decision
from palier.committee.rules.outcomes import Outcome
from palier.directory.models import Person
from palier.label.models import Journey, Passage
from palier.label.rules.stages import Stage
from palier.ledger.models import Entry
from palier.plans.models import Condition
from tests.committee.by_hand import by_hand
from tests.documents.samples import PDF
from tests.fixtures import signed_in
from tests.web.committee.test_sessions import words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    monkeypatch.setattr("palier.web.middleware.timezone.now", lambda: at)


def line(number: int, text: str = "", due_on: str = "", shown_by: str = "landlord") -> dict[str, str]:
    return {f"reserves-{number}-{name}": given for name, given in (("text", text), ("due_on", due_on), ("shown_by", shown_by))}


def letter() -> dict[str, SimpleUploadedFile]:
    return {"document": SimpleUploadedFile("lettre.pdf", PDF, "application/pdf")}


def test_what_was_decided_elsewhere_is_recorded_from_its_document_by_somebody_who_proves_who_they_are(
    at_the_committee: Callable[..., Journey], referent: Person
) -> None:
    journey = at_the_committee(Stage.LABELLED, label_from=date(2025, 10, 1), label_until=date(2027, 3, 31))
    url = reverse("decision_record", kwargs={"landlord_id": journey.landlord_id})
    given = {"outcome": "suspended", "decided_on": "2026-03-10", "reasons": "Sites abandonnés."}
    given |= {"reserves-TOTAL_FORMS": "0", "reserves-INITIAL_FORMS": "0"}
    referent.set_password("une longue phrase de passe")
    referent.save()
    long_ago = signed_in(referent, proved_at=1.0)
    for answer in (long_ago.get(url), long_ago.post(url, given | letter())):
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, reverse("account_reauthenticate"))
    sure = signed_in(referent)
    answer = sure.post(url, given)
    assert (answer.status_code, "Joignez le procès-verbal" in words(answer)) == (422, True)
    assert not Decision.objects.exists()
    sure.post(url, given | letter())
    decision = Decision.objects.select_related("document").get()
    assert decision.document is not None
    line = Entry.objects.get(act="committee.decision_recorded")
    assert line.content is not None
    assert line.content["facts"]["document"] == decision.document.sha256
    own = words(sure.get(reverse("decisions", kwargs={"landlord_id": journey.landlord_id})))
    assert "prise hors de Palier, enregistrée le 10 mars 2026 d’après le document joint au dossier" in own
    assert "Le document joint" in own


def test_each_line_becomes_a_condition_and_nothing_written_is_lost(
    at_the_committee: Callable[..., Journey], sign_in: Callable[[Person], Client], referent: Person
) -> None:
    journey = at_the_committee(Stage.DECISION_ADMISSIBILITY)
    url = reverse("decision_record", kwargs={"landlord_id": journey.landlord_id})
    client = sign_in(referent)
    assert "Réserve 2" in words(client.get(url))
    given = {
        "outcome": "admissible_with_reservations",
        "decided_on": "2026-03-10",
        "reserves-TOTAL_FORMS": "2",
        "reserves-INITIAL_FORMS": "0",
        **line(0),
        **line(1),
    }
    answer = client.post(url, given | letter())
    assert (answer.status_code, "Écrivez les réserves" in words(answer)) == (422, True)
    given |= line(0, "Former les gardiens")
    answer = client.post(url, given | letter())
    assert answer.status_code == 422
    assert "Réserve 1 : complétez ses champs" in words(answer)
    assert "Former les gardiens" in words(answer)
    more = client.post(url, given | {"more": "1"})
    assert (more.status_code, "Réserve 3" in words(more), "Former les gardiens" in words(more)) == (200, True, True)
    given |= line(0, "Former les gardiens", "2026-09-30") | line(1, "Mesurer les délais", "2026-12-31", "audit")
    answer = client.post(url, given | letter(), follow=True)
    assert "Décision enregistrée" in words(answer)
    assert list(Condition.objects.values_list("code", "text", "due_on", "shown_by")) == [
        ("R-01", "Former les gardiens", date(2026, 9, 30), "landlord"),
        ("R-02", "Mesurer les délais", date(2026, 12, 31), "audit"),
    ]


def test_the_conditions_of_an_older_decision_are_still_read(
    at_the_committee: Callable[..., Journey], sign_in: Callable[[Person], Client], referent: Person, at: datetime
) -> None:
    journey = at_the_committee(Stage.DECISION_ADMISSIBILITY)
    by_hand(journey=journey, outcome=Outcome.ADMISSIBLE, decided_on=at.date(), by=referent, at=at)
    passage = Passage.objects.create(journey=journey, cycle=1, act="declare_admissible", by=referent, at=at)
    Decision.objects.create(
        journey=journey, cycle=1, stage="decision_admissibility", outcome="admissible_with_reservations", decided_on=at.date(),
        conditions="Présenter un bilan.\nFormer les gardiens.", passage=passage, recorded_by=referent, recorded_at=at,
    )  # fmt: skip
    page = words(sign_in(referent).get(reverse("decisions", kwargs={"landlord_id": journey.landlord_id})))
    assert "Présenter un bilan.<br>Former les gardiens." in page
    assert "Suivre ces réserves" not in page
