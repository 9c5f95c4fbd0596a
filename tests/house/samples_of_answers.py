"""One real value for each thing that the addresses of questionnaires and of answers take."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from palier.questionnaires.operations import import_version
from tests.questionnaires.samples import SMALL

if TYPE_CHECKING:
    from tests.house.samples import World


def version(world: World, words: str = "Petit questionnaire") -> int:
    """Everybody's questionnaire; beside it stands one of the landlord's own, which bears the canary."""
    text = SMALL.replace("key: overall,", "key: overall_satisfaction,").replace("overall: [", "overall_satisfaction: [")
    import_version(text=text.replace("Petit questionnaire", world.canary), owner=world.landlord, by=world.lead, at=world.at)
    return import_version(text=text.replace("Petit questionnaire", words), owner=None, by=None, at=world.at).pk


SAMPLES: dict[str, Callable[[World], int | str]] = {
    "questionnaire_version:version_id": version,
    "questionnaire_source:version_id": version,
    "questionnaire_preview:version_id": version,
    "questionnaire_changes:version_id": lambda world: version(world, "Petit questionnaire revu"),
    "questionnaire_changes:former_id": version,
}
