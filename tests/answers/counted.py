"""A landlord whose waves are closed and counted: residences, households, answers, as the rooms below keep them."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from palier.answers.models import Answer, Recount
from palier.answers.operations.results import count_wave
from palier.calendar import paris_day
from palier.directory.models import Landlord
from palier.questionnaires.models import QuestionnaireVersion
from palier.questionnaires.operations import load_shipped
from palier.questionnaires.queries import built
from palier.questionnaires.rules.form import Kind
from palier.stock.models import Residence
from palier.surveys.models import Household, Invitation, Stratum, Wave
from palier.surveys.rules.outcomes import Outcome
from palier.surveys.rules.waves import Design, State

AGENCIES = ("Nord", "Sud", "Ouest")


def version(at: datetime, code: str = "triennial") -> QuestionnaireVersion:
    return next(found for found in load_shipped(at=at) if found.questionnaire.code == code)


def households(landlord: Landlord, residences: list[Residence], each: int, at: datetime) -> list[Household]:
    """So many households in each residence, agencies in turn, one residence in three in a priority district."""
    return Household.objects.bulk_create(
        Household(
            landlord=landlord,
            reference=f"R{residence.pk}-{number}",
            residence=residence,
            agency=AGENCIES[place % 3],
            qpv=place % 3 == 0,
            changed_at=at,
        )
        for place, residence in enumerate(residences)
        for number in range(each)
    )


def answer_of(chance: Random, form: Any, satisfied: float) -> dict[str, Any]:
    """What somebody says, each question with a good side being answered well that often."""
    said: dict[str, Any] = {}
    for question in form.questions:
        good = chance.random() < satisfied
        if question.kind is Kind.SCORE:
            said[question.key] = chance.randint(7, 10) if good else chance.randint(0, 6)
        elif question.kind.listed and question.kind is not Kind.CHOICES:
            sided = [choice.code for choice in question.choices if choice.favourable in {good, None}]
            said[question.key] = chance.choice(sided or [choice.code for choice in question.choices])
    return said


def closed(
    landlord: Landlord,
    everybody: list[Household],
    asked: QuestionnaireVersion,
    at: datetime,
    *,
    name: str = "Enquête 2026",
    seed: int = 1,
    response: float = 0.4,
    satisfied: float = 0.75,
) -> Wave:
    """A wave that took its last answer: those who answered are drawn at random, and their answers stand apart."""
    chance, day = Random(seed), paris_day(at)
    wave = Wave.objects.create(
        landlord=landlord,
        name=name,
        purpose="Savoir ce qui va et ce qui ne va pas.",
        questionnaire=asked,
        design=Design.CENSUS,
        opens_on=day - timedelta(days=30),
        closes_on=day - timedelta(days=1),
        paces=[],
        subject="Votre avis",
        message="Bonjour",
        state=State.CLOSED,
        seed="0" * 32,
        created_at=at,
        drawn_at=at,
        launched_at=at,
        closed_at=at - timedelta(hours=1),
    )
    size = len(everybody)
    stratum = Stratum.objects.create(
        wave=wave, key="all", label="Ensemble", population=size, eligible=size, wanted=size, drawn=size
    )
    form, rows, invitations = built(asked.pk), [], []
    for number, household in enumerate(everybody):
        answered = chance.random() < response
        invitations.append(
            Invitation(
                wave=wave,
                stratum=stratum,
                household=household,
                digest=f"{wave.pk:08}{number:056}",
                code=f"{wave.pk % 1000:03}{number:07}",
                outcome=Outcome.COMPLETE if answered else Outcome.NOTHING,
            )
        )
        if answered:
            rows.append(
                Answer(
                    wave=wave,
                    emptied_on=day,
                    stratum=stratum,
                    agency=household.agency,
                    qpv=household.qpv,
                    residence_id=household.residence_id,
                    mode=chance.choice(["web", "web", "phone", "paper"]),
                    said=answer_of(chance, form, satisfied - 0.02 * (household.residence_id % 10)),
                )
            )
    Invitation.objects.bulk_create(invitations)
    Answer.objects.bulk_create(rows)
    return wave


def counted(wave: Wave, at: datetime) -> Recount:
    return count_wave(wave=wave, at=at)
