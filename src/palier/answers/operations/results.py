"""Counting a wave once it is closed, and what people then say of its figures."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from palier.answers.models import Commitment, QuestionRecount, Recount
from palier.answers.queries import form_of
from palier.answers.queries.columns import columns
from palier.answers.queries.results import targets
from palier.answers.rules.units import INSIDE, PUBLIC
from palier.answers.statistics.counting import Weighted, count
from palier.calendar import paris_day
from palier.directory.models import Landlord, Person
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.sources.operations import record_readings
from palier.sources.rules.intake import Origin
from palier.sources.rules.readings import Entry, Given
from palier.stock.queries import all_residences
from palier.surveys.models import Wave
from palier.surveys.rules.waves import State
from palier.verdict import YES, Refusal, Verdict, no, require

SETTLED = timedelta(minutes=30)
"""What an urn has to be emptied in, once its wave is closed."""
INDICATORS = {
    "overall_satisfaction": "satisfied",
    "residence_common_cleanliness": "satisfied_cleanliness",
    "residence_neighbours": "satisfied_tranquillity",
}
"""What the sources call the questions that they follow by residence."""
_GROUPS = ("agencies", "residences", "qpv")


def countable(wave: Wave) -> Verdict:
    """Whether a wave may be counted: once, when it takes no more answers."""
    if wave.state != State.CLOSED:
        return no(
            "answers.open",
            "Les résultats paraissent quand la vague est close : comptés deux fois, ils diraient qui a répondu entre les deux.",
        )
    if wave.questionnaire_id is None:
        return no("answers.nothing_asked", "Cette vague n’a pas de questionnaire : il n’y a rien à compter.")
    if Recount.objects.filter(wave=wave).exists():
        return no("answers.counted", "Cette vague est déjà comptée.")
    return YES


def count_due(*, at: datetime) -> int:
    """Count the waves that were closed long enough for their urn to be empty; how many there were."""
    due = Wave.objects.filter(state=State.CLOSED, closed_at__lt=at - SETTLED, recount__isnull=True, questionnaire__isnull=False)
    found = list(due.order_by("pk"))
    for wave in found:
        count_wave(wave=wave, at=at)
    return len(found)


@transaction.atomic
def count_wave(*, wave: Wave, at: datetime) -> Recount:
    """Count a closed wave, for the landlord's own people and for everybody, and keep both for good.

    Raises:
        Refusal: when it is not closed, or is counted already.
    """
    wave = Wave.objects.select_for_update().get(pk=wave.pk)
    require(countable(wave))
    assert wave.questionnaire_id is not None
    form, promised = form_of(wave), targets(landlord=wave.landlord_id)
    answers, frame = columns(wave=wave)
    weighted = Weighted(form, answers, frame) if len(answers) >= INSIDE else None
    sides = {
        "inside": count(form, answers, frame, fewest=INSIDE, commitments=promised, weighted=weighted),
        "outside": count(form, answers, frame, fewest=PUBLIC, commitments={}, weighted=weighted),
    }
    recount = Recount.objects.create(
        wave=wave,
        version_id=wave.questionnaire_id,
        counted_at=at,
        **{side: _without_groups(body) for side, body in sides.items()},
    )
    QuestionRecount.objects.bulk_create(
        QuestionRecount(recount=recount, question=key, **{side: _groups(body, key) for side, body in sides.items()})
        for key, one in sides["inside"]["questions"].items()
        if "residences" in one
    )
    _hand_down(recount, sides["inside"], at)
    _line(recount, "counted", f"a compté les réponses de la vague « {wave.name} ».", None, at)
    return recount


def _hand_down(recount: Recount, body: Mapping[str, Any], at: datetime) -> None:
    """Give the sources what each residence that stands alone said, as any other figure of it."""
    wave = recount.wave
    ends_on = min(wave.closes_on, paris_day(at))
    known = set(all_residences(landlord=wave.landlord_id).values_list("pk", flat=True))
    entries = [
        Entry(
            row["residences"][0],
            indicator,
            Given(min(wave.opens_on, ends_on), ends_on, Decimal(row["satisfied"]), Decimal(row["answers"])),
        )
        for question, indicator in INDICATORS.items()
        for row in body["questions"].get(question, {}).get("residences", ())
        if len(row["residences"]) == 1 and row["residences"][0] in known
    ]
    if entries:
        # What the sources refuse (a wave of another century) stays in the results alone.
        with suppress(Refusal):
            record_readings(landlord=wave.landlord, entries=entries, origin=Origin.COUNTED, by=None, at=at)


def _groups(body: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: body["questions"].get(key, {}).get(name, []) for name in _GROUPS}


def _without_groups(body: dict[str, Any]) -> dict[str, Any]:
    questions = {
        key: {name: value for name, value in one.items() if name not in _GROUPS} for key, one in body["questions"].items()
    }
    return body | {"questions": questions}


@transaction.atomic
def note_context(*, recount: Recount, text: str, by: Person, at: datetime) -> None:
    """Say in what circumstances a wave was held, so that it may be compared with the one before.

    Raises:
        Refusal: when nothing is said.
    """
    if not text.strip():
        raise Refusal(no("answers.no_context", "Écrivez ce qui a changé depuis la vague précédente, ou que rien n’a changé."))
    Recount.objects.filter(pk=recount.pk).update(context=text.strip(), context_at=at, context_by=by)
    _line(recount, "context_noted", f"a noté les circonstances de la vague « {recount.wave.name} ».", by, at)


@transaction.atomic
def show_to_tenants(*, recount: Recount, words: str, by: Person, at: datetime) -> None:
    """Publish the page of results for tenants, with the landlord's own words, or change these words.

    Raises:
        Refusal: when too few answered for anything to be told to everybody.
    """
    if recount.outside["hidden"]:
        raise Refusal(
            no("answers.too_few", f"Moins de {PUBLIC} réponses : rien ne peut être montré à tous sans désigner quelqu’un.")
        )
    Recount.objects.filter(pk=recount.pk).update(words=words.strip(), shown_at=recount.shown_at or at, shown_by=by)
    _line(recount, "shown", f"a montré aux locataires les résultats de la vague « {recount.wave.name} ».", by, at)


@transaction.atomic
def commit_to(*, landlord: Landlord, question: str, percent: int | None, by: Person, at: datetime) -> None:
    """Set what a landlord commits itself to for a question, or take it back (None). Waves counted before do not change."""
    if percent is None:
        Commitment.objects.filter(landlord=landlord, question=question).delete()
    else:
        Commitment.objects.update_or_create(
            landlord=landlord, question=question, defaults={"percent": percent, "at": at, "by": by}
        )
    record(
        act="answers.committed",
        by=by.pk,
        at=at,
        on=("directory.landlord", landlord.pk),
        landlord=landlord.pk,
        summary=f"s’est engagé sur {percent} % de réponses favorables à une question."
        if percent is not None
        else "a retiré un engagement sur les réponses favorables à une question.",
        facts={"question": question, "percent": percent or 0},
        audience=Audience.LANDLORD,
    )


def _line(recount: Recount, act: str, summary: str, by: Person | None, at: datetime) -> None:
    record(
        act=f"answers.{act}",
        by=by.pk if by else None,
        at=at,
        on=("surveys.wave", recount.wave_id),
        landlord=recount.wave.landlord_id,
        summary=summary,
        audience=Audience.LANDLORD,
    )
