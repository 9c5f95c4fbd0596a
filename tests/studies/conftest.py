"""A regional association with members, and an edition of its study."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from palier.directory.rules import Kind, Role
from tests.fixtures import NOON

if TYPE_CHECKING:
    from palier.directory.models import Landlord, Organisation, Person
    from palier.studies.models import Study, StudyAnswer

CLOSES_ON = NOON.date() + timedelta(days=30)
# What every landlord must say, whatever else.
LEAST = {"landlord_status": "oph", "landlord_homes": 1000, "commitment_taken": "no", "commitment_planned": "no"}


@dataclass
class Region:
    """An association, its members, the study it opened, and somebody who acts for everybody."""

    association: Organisation
    landlords: list[Landlord]
    by: Person
    study: Study

    def answer(self, number: int) -> StudyAnswer:
        """The answer of a landlord."""
        return self.study.answers.select_related("study__questionnaire", "landlord").get(landlord=self.landlords[number])


def fill(answer: StudyAnswer, said: Mapping[str, Any], by: Person) -> StudyAnswer:
    """Save every page at once, and hand to the director."""
    from palier.questionnaires import queries
    from palier.questionnaires.rules.holding import hold
    from palier.studies import operations

    questions = queries.questionnaire(answer.study.questionnaire).questions
    keys = [question.key for question in questions]
    held = {q.key: hold(q, v if isinstance(v := said[q.key], list) else [str(v)])[0] for q in questions if q.key in said}
    answer = operations.save(answer=answer, keys=keys, said=held, revision=answer.revision, by=by, at=NOON)
    return operations.hand(answer=answer, by=by, at=NOON)


def validated(answer: StudyAnswer, said: Mapping[str, Any], by: Person) -> StudyAnswer:
    """Fill, hand and validate."""
    from palier.studies import operations

    return operations.validate(answer=fill(answer, said, by), by=by, at=NOON)


@pytest.fixture
def make_region(
    make_landlord: Callable[..., Landlord], make_organisation: Callable[..., Organisation], make_person: Callable[..., Person]
) -> Callable[..., Region]:
    """An association whose members have these families and dwellings, and its study of 2026 just opened."""
    from palier.directory.models import Landlord
    from palier.questionnaires.models import QuestionnaireVersion
    from palier.questionnaires.operations import load_shipped
    from palier.studies import operations

    def make(members: Sequence[tuple[str, int]], name: str = "Union d’essai", year: int = 2026) -> Region:
        load_shipped(at=NOON)
        association = make_organisation(Kind.REGIONAL_ASSOCIATION, name)
        landlords = [make_landlord(f"Bailleur {number:03} {name}") for number in range(len(members))]
        for landlord, (family, homes) in zip(landlords, members, strict=True):
            landlord.landlord_type, landlord.declared_dwellings, landlord.regional_association = family, homes, association
        Landlord.objects.bulk_update(landlords, ["landlord_type", "declared_dwellings", "regional_association"])
        by = make_person(Role.RELAY, association)
        study = operations.open_study(
            association=association,
            questionnaire=QuestionnaireVersion.objects.get(questionnaire__code="landlords_commitments"),
            name="Engagements et sites complexes",
            year=year,
            closes_on=CLOSES_ON,
            by=by,
            at=NOON,
        )
        return Region(association, landlords, by, study)

    return make
