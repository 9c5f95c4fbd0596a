"""A landlord's acts: filling its answer, handing it to the director, who validates it; taking it back until the close."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from palier.calendar import paris_day
from palier.directory.models import Person
from palier.directory.queries import people_of
from palier.directory.rules import Role
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.outbox.operations import cancel, post
from palier.questionnaires import queries as questionnaires
from palier.questionnaires.rules import engine
from palier.questionnaires.rules.form import Value
from palier.questionnaires.rules.holding import whole
from palier.studies.models import StudyAnswer
from palier.studies.rules.editions import State, may_change, may_take_back, may_validate, state_of, still_open
from palier.verdict import Conflict, Reason, Refusal, Remedy, Verdict, no, require


def state(answer: StudyAnswer) -> State:
    """Where an answer stands."""
    return state_of(started=bool(answer.saved_at), handed_at=answer.handed_at, validated_at=answer.validated_at)


@transaction.atomic
def save(
    *, answer: StudyAnswer, keys: Collection[str], said: Mapping[str, Value], revision: int, by: Person, at: datetime
) -> StudyAnswer:
    """Keep what a page says for its questions ``keys``: those left out of ``said`` are blank. It confirms what was proposed there.

    Raises:
        Conflict: when somebody else saved a page meanwhile; ``theirs`` is what now stands. Nothing was written.
        Refusal: when the edition is over, or the answer was handed to the director.
    """
    answer = _locked(answer, at)
    require(may_change(state(answer)))
    if answer.revision != revision:
        who = answer.saved_by.name if answer.saved_by else "Quelqu’un d’autre"
        sentence = (
            f"{who} a enregistré une page entre-temps. Ce que vous avez écrit est ci-dessous : relisez, puis enregistrez."
        )
        raise Conflict(no("studies.changed", sentence), theirs=answer.said)
    form = questionnaires.questionnaire(answer.study.questionnaire)
    answer.said = engine.settled(form, {k: v for k, v in answer.said.items() if k not in keys} | dict(said))
    answer.seen = sorted({*answer.seen, *keys})
    answer.revision, answer.saved_at, answer.saved_by = revision + 1, at, by
    answer.save(update_fields=["said", "seen", "revision", "saved_at", "saved_by"])
    return answer


def handing(answer: StudyAnswer) -> Verdict:
    """Whether an answer may be handed to the director: each page that its answers call for was saved, and what must be is answered."""
    form = questionnaires.questionnaire(answer.study.questionnaire)
    unseen = tuple(
        Reason(
            "studies.page_unseen",
            f"Une page de « {sheet.theme.title[form.reference]} » reste à confirmer.",
            Remedy(
                "Ouvrir la page",
                "study_sheet",
                {"landlord_id": answer.landlord_id, "study_id": answer.study_id, "number": sheet.number},
            ),
        )
        for sheet in engine.sheets(form)
        if any(question.key not in answer.seen for question in engine.shown(form, sheet, answer.said))
    )
    return may_change(state(answer)) & Verdict(unseen) & whole(form, answer.said)[1]


@transaction.atomic
def hand(*, answer: StudyAnswer, by: Person, at: datetime) -> StudyAnswer:
    """Hand an answer to the director, who is told unless it is themselves. It no longer changes unless it is taken back.

    Raises:
        Refusal: when a page was not confirmed, a required answer is missing, or the edition is over.
    """
    answer = _locked(answer, at)
    require(handing(answer))
    answer.handed_at, answer.handed_by = at, by
    answer.save(update_fields=["handed_at", "handed_by"])
    _remember(answer, "handed", "a remis à la direction la réponse à l’étude", by, at)
    directors = people_of(landlord=answer.landlord_id, roles=frozenset({Role.DIRECTOR}), on=paris_day(at)).exclude(pk=by.pk)
    post(
        event="studies.handed",
        to=list(directors.values_list("pk", flat=True)),
        at=at,
        subject=f"Étude {answer.study} : une réponse attend votre validation"[:200],
        body="Relisez-la, puis validez-la : elle ne compte qu’une fois validée.",
        landlord=answer.landlord_id,
        link=f"/organismes/{answer.landlord_id}/etudes/{answer.study_id}/",
        undo_key=_undo(answer),
    )
    return answer


@transaction.atomic
def validate(*, answer: StudyAnswer, by: Person, at: datetime) -> StudyAnswer:
    """The director validates what was handed: from now on it counts.

    Raises:
        Refusal: when nothing was handed, or the edition is over.
    """
    answer = _locked(answer, at)
    require(may_validate(state(answer)))
    answer.validated_at, answer.validated_by = at, by
    answer.save(update_fields=["validated_at", "validated_by"])
    cancel(undo_key=_undo(answer), at=at)
    _remember(answer, "validated", "a validé la réponse à l’étude", by, at, answers=len(answer.said))
    return answer


@transaction.atomic
def validate_at_once(*, answer: StudyAnswer, revision: int, by: Person, at: datetime) -> StudyAnswer:
    """The director validates in one act what they read at this revision, without handing it to themselves first.

    Raises:
        Refusal: when a page was saved meanwhile, or the answer could not be handed.
    """
    if _locked(answer, at).revision != revision:
        raise Refusal(no("studies.changed", "Une page a été enregistrée entre-temps : relisez-la, puis validez."))
    return validate(answer=hand(answer=answer, by=by, at=at), by=by, at=at)


@transaction.atomic
def take_back(*, answer: StudyAnswer, by: Person, at: datetime) -> StudyAnswer:
    """Take back what was handed or validated, to change it: it no longer counts.

    Raises:
        Refusal: when nothing was handed, or the edition is over.
    """
    answer = _locked(answer, at)
    require(may_take_back(state(answer)))
    answer.handed_at = answer.handed_by = answer.validated_at = answer.validated_by = None
    answer.save(update_fields=["handed_at", "handed_by", "validated_at", "validated_by"])
    cancel(undo_key=_undo(answer), at=at)
    _remember(answer, "taken_back", "a repris la réponse à l’étude", by, at)
    return answer


def _locked(answer: StudyAnswer, at: datetime) -> StudyAnswer:
    """The answer as it stands, its row locked, while its edition is open. A close waits for it, or it for the close."""
    found = StudyAnswer.objects.select_for_update(of=("self", "study")).select_related(
        "study__questionnaire", "landlord", "saved_by"
    )
    answer = found.get(pk=answer.pk)
    require(still_open(answer.study.closed_at, answer.study.closes_on, at))
    return answer


def _undo(answer: StudyAnswer) -> str:
    return f"studies.handed:{answer.pk}"


def _remember(answer: StudyAnswer, act: str, what: str, by: Person, at: datetime, **facts: Any) -> None:
    record(
        act=f"studies.{act}",
        by=by.pk,
        at=at,
        on=("studies.study_answer", answer.pk),
        landlord=answer.landlord_id,
        summary=f"{what} « {answer.study} ».",
        facts={"study": answer.study_id} | facts,
        audience=Audience.LANDLORD,
    )
