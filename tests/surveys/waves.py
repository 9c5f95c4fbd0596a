"""A wave as tests and measures want one, and a sender that keeps what it is handed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

from palier.calendar import paris_day
from palier.directory.models import Landlord
from palier.questionnaires.models import QuestionnaireVersion
from palier.questionnaires.operations import import_version
from palier.surveys.models import Wave
from palier.surveys.operations import Departure, Draft, create_wave, draw_sample, launch, leave
from palier.surveys.operations.sending import Tally
from palier.surveys.rules.contact import Channel
from palier.surveys.rules.waves import Design, Pace

EMAIL, SMS = Channel.EMAIL, Channel.SMS
EITHER = (EMAIL, SMS)


def draft(at: datetime, **more: Any) -> Draft:
    """What one says of a census by e-mail or SMS, open today, with one reminder."""
    day = paris_day(at)
    said: dict[str, Any] = {
        "name": "Satisfaction 2026",
        "purpose": "Savoir ce qui va et ce qui ne va pas dans votre résidence.",
        "design": Design.CENSUS,
        "opens_on": day,
        "closes_on": day + timedelta(days=28),
        "paces": (Pace(0, EITHER), Pace(7, EITHER)),
        "subject": "Votre avis sur votre logement",
        "message": "Bonjour,\n\nDites-nous ce que vous pensez de votre logement.",
    }
    return Draft(**(said | more))


def _shipped(code: str, at: datetime) -> QuestionnaireVersion:
    known = QuestionnaireVersion.objects.filter(questionnaire__code=code, questionnaire__owner=None).first()
    if known:
        return known
    text = resources.files("palier.questionnaires").joinpath(f"shipped/{code}.yaml").read_text(encoding="utf-8")
    return import_version(text=text, owner=None, by=None, at=at)


def short_questionnaire(at: datetime) -> QuestionnaireVersion:
    """The shortest of those that come with Palier, published once."""
    return _shipped("after_contact", at)


def triennial(at: datetime) -> QuestionnaireVersion:
    """The longest of those that come with Palier, published once."""
    return _shipped("triennial", at)


def wave_of(landlord: Landlord, *, until: str, at: datetime, **more: Any) -> Wave:
    """A wave as far as ``draft``, ``drawn`` or ``running``."""
    more.setdefault("questionnaire", short_questionnaire(at))
    wave = create_wave(landlord=landlord, draft=draft(at, **more), by=None, at=at)
    if until != "draft":
        draw_sample(wave=wave, by=None, at=at)
    if until == "running":
        launch(wave=wave, by=None, at=at)
    wave.refresh_from_db()
    return wave


class Post:
    """Takes messages, unless ``answer`` raises; keeps them with their instant."""

    def __init__(self) -> None:
        self.taken: list[tuple[datetime, Departure]] = []
        self.answer: Callable[[Departure], None] = lambda _: None

    def send(self, at: datetime, channel: Channel = EMAIL, limit: int = 2_000) -> Tally:
        """Let leave what is due by a channel."""

        def hand(departure: Departure) -> None:
            self.answer(departure)
            self.taken.append((at, departure))

        return leave(channel=channel, at=lambda: at, hand=hand, origin="https://palier.example", limit=limit)

    @property
    def to(self) -> list[str]:
        """The addresses, in order."""
        return [departure.to for _, departure in self.taken]
