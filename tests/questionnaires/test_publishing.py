"""A version is published once and never changes; what comes with Palier is whole."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from palier.directory.models import Landlord
from palier.ledger.models import Entry
from palier.questionnaires import queries
from palier.questionnaires.models import Questionnaire, QuestionnaireVersion
from palier.questionnaires.operations import bank, import_version, load_shipped
from palier.questionnaires.rules import engine
from palier.questionnaires.rules.form import Audience, Kind, untranslated
from palier.verdict import Refusal

pytestmark = pytest.mark.django_db

TEXT = """\
code: own
title: Le nôtre
audience: tenants
languages: [fr]
asked_of: tout le monde.
serves: essayer.
minutes: 1
themes:
  - code: one
    title: Un
    questions: [{key: overall_satisfaction}]
"""


def publish(at: datetime, text: str = TEXT, owner: Landlord | None = None) -> QuestionnaireVersion:
    return import_version(text=text, owner=owner, by=None, at=at)


def test_the_shipped_questionnaires_are_whole_and_published_once(at: datetime) -> None:
    first = load_shipped(at=at)
    assert load_shipped(at=at) == first
    forms = {version.questionnaire.code: queries.questionnaire(version) for version in first}
    assert set(forms) == {
        "triennial", "move_in", "after_intervention", "after_contact", "works", "cleanliness", "landlords_commitments",
    }  # fmt: skip
    assert [code for code, form in forms.items() if any(untranslated(form).values())] == []
    assert forms["landlords_commitments"].audience is Audience.LANDLORDS
    for form in forms.values():
        assert engine.after(form, 0, {}) is not None
    tenants = [form for form in forms.values() if form.audience is Audience.TENANTS]
    assert all("free_word" in {question.key for question in form.questions} or form.code == "works" for form in tenants)


def test_every_kind_of_answer_is_met_in_what_is_shipped(at: datetime) -> None:
    kinds = {question.kind for version in load_shipped(at=at) for question in queries.questionnaire(version).questions}
    assert kinds == set(Kind)


def test_every_question_of_the_bank_is_asked_somewhere(at: datetime) -> None:
    asked = {q.key for version in load_shipped(at=at) for q in queries.questionnaire(version).questions}
    assert set(bank().items) - asked == set()


def test_the_same_text_is_published_once_and_another_is_the_next_version(at: datetime) -> None:
    assert publish(at).number == 1
    assert publish(at).number == 1
    second = publish(at, TEXT.replace("minutes: 1", "minutes: 2"))
    assert second.number == 2
    line = Entry.objects.get(number=Entry.objects.count())
    assert line.act == "questionnaires.version_published"
    assert line.content["facts"]["number"] == 2  # type: ignore[index]


def test_a_code_is_that_of_one_audience(at: datetime) -> None:
    publish(at)
    with pytest.raises(Refusal, match="donnez un autre code"):
        publish(at, TEXT.replace("audience: tenants", "audience: landlords"))


def test_an_unreadable_text_publishes_nothing(at: datetime) -> None:
    with pytest.raises(Refusal, match="Ligne 3"):
        publish(at, TEXT.replace("audience: tenants", "audience: everybody"))
    assert not Questionnaire.objects.exists()


def test_an_own_questionnaire_is_seen_by_its_organisation_alone(at: datetime, landlord: Landlord) -> None:
    publish(at)
    own = publish(at, TEXT, landlord)
    assert own.number == 1
    assert own in queries.versions(organisations=[landlord.pk])
    assert own not in queries.versions(organisations=[])
    assert [q.owner_id for q in queries.questionnaires(organisations=[landlord.pk])] == [None, landlord.pk]


def test_the_database_keeps_a_version_as_it_was(at: datetime) -> None:
    version = publish(at)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        QuestionnaireVersion.objects.filter(pk=version.pk).update(title="Autre")
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        version.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Questionnaire.objects.create(code="own", owner=None, audience=Audience.TENANTS)
