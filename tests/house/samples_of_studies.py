"""A study in which a landlord answered, its canary in its answer, for the permission table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from palier.directory.models import Landlord
from palier.directory.operations import add_organisation
from palier.directory.rules import Kind
from palier.questionnaires.operations import load_shipped
from palier.studies import operations
from palier.studies.models import StudyAnswer

if TYPE_CHECKING:
    from tests.house.samples import World


def study(world: World) -> int:
    """An open edition of an association of this landlord alone."""
    known = StudyAnswer.objects.filter(landlord=world.landlord).first()
    if known:
        return known.study_id
    association = add_organisation(kind=Kind.REGIONAL_ASSOCIATION, name="Union régionale", by=None, at=world.at)
    Landlord.objects.filter(pk=world.landlord.pk).update(regional_association=association)
    version = next(one for one in load_shipped(at=world.at) if one.questionnaire.code == "landlords_commitments")
    opened = operations.open_study(
        association=association,
        questionnaire=version,
        name=f"Étude {world.canary}",
        year=2026,
        closes_on=world.at.date() + timedelta(days=3650),
        by=None,
        at=world.at,
    )
    answer = opened.answers.get()
    keys, said = ["evaluation_word"], {"evaluation_word": world.canary}
    operations.save(answer=answer, keys=keys, said=said, revision=0, by=world.lead, at=world.at)
    return opened.pk


SAMPLES: dict[str, Callable[[World], int | str]] = {
    "study_id": study,
    "study_sheet:number": lambda _: 1,
    "study_file:form": lambda _: "csv",
}
