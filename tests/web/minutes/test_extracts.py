"""The extract of a matter that is no landlord's: for the auditor and the firm, for whoever works by new rules; for nobody else."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from palier.committee.models import Item
from palier.committee.rules.outcomes import Outcome
from palier.committee.rules.terms import Matter
from palier.directory.models import Organisation, Person
from palier.directory.rules import Kind, Role
from palier.label.models import RuleSetVersion
from tests.committee.conftest import Sitting, referent, sitting
from tests.committee.test_effects import YEARS, asks, auditor, conclude, draft, firm, voted
from tests.web.minutes.test_pages import words

__all__ = ["auditor", "draft", "firm", "referent", "sitting"]
pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, sitting: Sitting) -> None:
    monkeypatch.setattr("palier.web.middleware.timezone.now", sitting.later)


def page_of(item: Item) -> str:
    return reverse("item_extract", kwargs={"item_id": item.pk})


def test_an_accreditation_is_read_by_the_auditor_the_firm_and_the_team_alone(
    sitting: Sitting,
    auditor: Person,
    firm: Organisation,
    make_person: Callable[..., Person],
    make_organisation: Callable[..., Organisation],
    make_landlord: Callable[..., Organisation],
    sign_in: SignIn,
) -> None:
    item = asks(sitting, auditor, firm)
    voted(sitting, item, outcome=Outcome.ACCREDITED, effect=YEARS)
    assert sign_in(auditor).get(page_of(item)).status_code == 404, "nothing is decided before the conclusion"
    item = conclude(sitting, item)
    colleague = make_person(Role.AUDITOR, firm)
    for person in (auditor, colleague, sitting.referent):
        shown = words(sign_in(person).get(page_of(item)))
        assert "Agrément accordé" in shown
        assert "du 1er avril 2026 au 31 mars 2029" in shown
        assert "Adopté : 5 voix pour" in shown
        assert sitting.titulars[0].person.name not in shown
    pdf = sign_in(auditor).get(reverse("item_extract_pdf", kwargs={"item_id": item.pk})).content
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).replace("\n", " ")
    assert "Ce qui prend effet" in text
    assert "Sous réserve" in text
    other = make_person(Role.AUDITOR, make_organisation(Kind.AUDIT_FIRM))
    lead = make_person(Role.QUALITY_LEAD, make_landlord())
    assert [sign_in(person).get(page_of(item)).status_code for person in (other, lead)] == [404, 404]
    for person in (auditor, colleague):
        assert page_of(item) in sign_in(person).get(reverse("auditors")).content.decode()
    assert page_of(item) in sign_in(auditor).get(reverse("auditor", args=[item.granted_id])).content.decode()
    assert page_of(item) not in sign_in(lead).get(reverse("auditor", args=[item.granted_id])).content.decode()


def test_who_was_refused_reads_why(sitting: Sitting, auditor: Person, firm: Organisation, sign_in: SignIn) -> None:
    item = asks(sitting, auditor, firm)
    voted(sitting, item, outcome=Outcome.ACCREDITATION_REFUSED, reasons="La formation manque.")
    item = conclude(sitting, item)
    assert "La formation manque." in words(sign_in(auditor).get(page_of(item)))


def test_new_rules_are_read_by_whoever_works_by_them(
    sitting: Sitting,
    draft: RuleSetVersion,
    make_person: Callable[..., Person],
    make_landlord: Callable[..., Organisation],
    sign_in: SignIn,
) -> None:
    item = sitting.put("Les règles", matter=Matter.EVOLUTION, rule_set=draft, proposal={"effective_from": "2026-07-01"})
    lead = make_person(Role.QUALITY_LEAD, make_landlord())
    assert sign_in(lead).get(page_of(item)).status_code == 404
    voted(sitting, item, outcome=Outcome.EVOLUTION_ADOPTED)
    item = conclude(sitting, item)
    client = sign_in(lead)
    assert page_of(item) in client.get(reverse("rule_set", kwargs={"version_id": draft.pk})).content.decode()
    assert "Évolution adoptée" in words(client.get(page_of(item)))


def test_a_free_matter_has_none_and_it_is_said(sitting: Sitting, sign_in: SignIn) -> None:
    item = sitting.put("Le calendrier de l’année")
    voted(sitting, item, motion="Adopter le calendrier")
    item = conclude(sitting, item)
    client = sign_in(sitting.referent)
    assert client.get(page_of(item)).status_code == 404
    session = sitting.session
    page = reverse(
        "committee_item",
        kwargs={"committee_id": session.committee_id, "session_number": session.number, "item_id": item.pk},
    )
    assert "Aucun extrait : ce point ne concerne personne hors du comité" in words(client.get(page))
