"""Emptying the urns: slips of many households become answers of nobody.

A wave's urn is emptied once, after its close. That of a hot wave, which never closes for long, is emptied by batches of at
least ``HOT_BATCH``; as many as a group needs stay in it, drawn at random, so that the batch of its close is never smaller. All the answers of the wave are then laid down again in a random order, so that the order in which rows stand
in the database does not tell one batch, or one household, from another.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from django.db import connection, transaction
from django.db.models import Count

from palier.answers import queries
from palier.answers.models import Answer, Draft, Remark, Slip
from palier.answers.rules.groups import FEWEST, HOT_ORDER, ORDER, Groups, coarsened
from palier.answers.rules.themes import proposed
from palier.answers.sealing import open_slip
from palier.calendar import paris_day
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.questionnaires.rules.form import Kind, Questionnaire
from palier.sources.rules.moderation import veiled
from palier.surveys.models import Wave
from palier.surveys.rules.waves import Design
from palier.surveys.rules.waves import State as WaveState

HOT_BATCH = 30
# An answer under way as its wave closes is in the urn by then.
_SETTLED = timedelta(minutes=10)
_TABLES: dict[type[Answer | Remark], str] = {Answer: "answers_answer", Remark: "answers_remark"}
_LAY_DOWN_AGAIN = """
WITH taken AS (DELETE FROM {table} WHERE wave_id = %s RETURNING *)
INSERT INTO {table} SELECT * FROM taken ORDER BY gen_random_uuid()
"""


def empty_due(*, at: datetime) -> int:
    """Empty the urns that may be, and forget the drafts of closed waves; how many answers came out."""
    Draft.objects.filter(wave__state=WaveState.CLOSED, wave__closed_at__lt=at - _SETTLED).delete()
    waves = Wave.objects.annotate(waiting=Count("slips")).filter(waiting__gt=0)
    return sum(empty_urn(wave=wave, at=at) for wave in waves if _may_be_emptied(wave, wave.waiting, at))


def _may_be_emptied(wave: Wave, waiting: int, at: datetime) -> bool:
    if wave.closed_at is not None:
        return wave.closed_at < at - _SETTLED
    return wave.design == Design.HOT and waiting >= HOT_BATCH + FEWEST


@transaction.atomic
def empty_urn(*, wave: Wave, at: datetime, fewest: int = FEWEST) -> int:
    """Take the slips out of a wave's urn, all but a few while it goes on; how many answers came out.

    A slip that no key opens stays there.
    """
    wave = Wave.objects.select_for_update().get(pk=wave.pk)
    form, on = queries.form_of(wave), paris_day(at)
    opened: list[dict[str, Any]] = []
    taken, shut = [], 0
    slips = list(Slip.objects.filter(wave=wave).select_for_update())
    secrets.SystemRandom().shuffle(slips)
    kept_back = FEWEST if wave.design == Design.HOT and wave.closed_at is None else 0
    for slip in slips[kept_back:]:
        try:
            opened.append(open_slip(bytes(slip.sealed), wave=wave.pk))
            taken.append(slip.pk)
        except InvalidTag:
            shut += 1
    order = HOT_ORDER if wave.design == Design.HOT else ORDER
    groups = coarsened([Groups(**content["groups"]) for content in opened], fewest, order)
    free = {question.key for question in form.questions if question.kind is Kind.TEXT}
    answers = [
        Answer(
            wave=wave,
            emptied_on=on,
            stratum_id=kept.stratum,
            agency=kept.agency,
            qpv=kept.qpv,
            supplier=kept.supplier,
            theme=kept.theme,
            residence_id=kept.residence,
            mode=kept.mode,
            said={key: value for key, value in content["said"].items() if key not in free},
        )
        for content, kept in zip(opened, groups, strict=True)
    ]
    remarks = _remarks(wave, form, opened, free, at, fewest)
    Slip.objects.filter(pk__in=taken).delete()
    _lay_down(Answer, answers, wave)
    _lay_down(Remark, remarks, wave)
    record(
        act="answers.urn_emptied",
        by=None,
        at=at,
        on=("surveys.wave", wave.pk),
        landlord=wave.landlord_id,
        summary=f"a vidé l’urne de la vague « {wave.name} » : {len(answers)} réponse{'s' if len(answers) > 1 else ''}.",
        facts={"answers": len(answers), "remarks": len(remarks), "unopened": shut, "fewest": fewest},
        audience=Audience.LANDLORD,
    )
    return len(answers)


def _remarks(
    wave: Wave, form: Questionnaire, opened: list[dict[str, Any]], free: set[str], at: datetime, fewest: int
) -> list[Remark]:
    """The free words, each by itself and without names, with the agency alone and the side of the answer they came with."""
    said = [
        (key, content) for content in opened for key in content["said"] if key in free and isinstance(content["said"][key], str)
    ]
    kept = coarsened([Groups(agency=content["groups"]["agency"]) for _, content in said], fewest)
    return [
        Remark(
            wave=wave,
            emptied_on=paris_day(at),
            question=key,
            agency=groups.agency,
            favourable=_side(form, content["said"]),
            text=veiled(content["said"][key]),
            proposed=proposed(content["said"][key], queries.themes()),
        )
        for (key, content), groups in zip(said, kept, strict=True)
    ]


def _side(form: Questionnaire, said: dict[str, Any]) -> bool | None:
    sides = (question.favourable(said[question.key]) for question in form.questions if question.key in said)
    return next((side for side in sides if side is not None), None)


def _lay_down(model: type[Answer | Remark], rows: list[Any], wave: Wave) -> None:
    """Write rows in a random order among all those of the wave, itself drawn anew."""
    secrets.SystemRandom().shuffle(rows)
    alone = not model.objects.filter(wave=wave).exists()
    model.objects.bulk_create(rows, batch_size=1_000)
    if not alone:
        with connection.cursor() as cursor:
            cursor.execute(_LAY_DOWN_AGAIN.format(table=_TABLES[model]), [wave.pk])


@transaction.atomic
def erase_remarks(*, at: datetime) -> int:
    """Erase the free words kept long enough; how many. The themes they spoke of stay, as any other figure."""
    count = queries.past_remarks(on=paris_day(at)).update(text="")
    if count:
        record(
            act="answers.remarks_erased",
            by=None,
            at=at,
            on=("answers.remark", 0),
            landlord=None,
            summary=f"a effacé {count} remarque{'s' if count > 1 else ''} de locataires, au terme de leur conservation.",
            facts={"count": count},
            audience=Audience.SCHEME,
        )
    return count
