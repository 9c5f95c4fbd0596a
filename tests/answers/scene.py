"""A wave whose households answer: its questionnaire, their links, what they say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from palier.directory.models import Landlord
from palier.questionnaires.models import QuestionnaireVersion
from palier.questionnaires.operations import import_version
from palier.surveys.models import Invitation, Wave
from palier.surveys.operations import close
from palier.surveys.queries import Addressee, addressee
from palier.surveys.sealing import unseal
from tests.questionnaires.samples import SMALL
from tests.surveys.waves import wave_of

TEXT = SMALL.replace("key: overall,", "key: overall_satisfaction,").replace("overall: [", "overall_satisfaction: [")
FINE: dict[str, Any] = {
    "overall_satisfaction": "rather_satisfied",
    "lift": "no",
    "mark": 8,
    "places": ["hall"],
    "since": "2026-01-05",
}
LATER = timedelta(hours=1)


def version(at: datetime, text: str = TEXT) -> QuestionnaireVersion:
    """The small questionnaire, published."""
    return import_version(text=text, owner=None, by=None, at=at)


def running(landlord: Landlord, at: datetime, text: str = TEXT, **more: Any) -> Wave:
    """A wave under way that asks it."""
    return wave_of(landlord, until="running", at=at, questionnaire=version(at, text), **more)


def links(wave: Wave) -> list[tuple[Invitation, str]]:
    """The invitations of a wave, with their links."""
    found = Invitation.objects.filter(wave=wave).select_related("wave", "household", "event").order_by("pk")
    return [(one, unseal(bytes(one.sealed or b""), digest=one.digest)) for one in found]


def addressed(token: str) -> Addressee:
    """Whom a link asks."""
    found = addressee(token=token)
    assert found
    return found


def closed(wave: Wave, at: datetime) -> datetime:
    """The wave closes; an instant when its urn may be emptied."""
    close(wave=wave, by=None, at=at)
    return at + LATER
