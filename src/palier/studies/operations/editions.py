"""The association's acts: opening an edition, reminding, closing and counting it, writing its key messages, publishing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from palier.calendar import in_words, paris_day
from palier.directory.models import Landlord, Organisation, Person
from palier.directory.queries import people_of
from palier.directory.rules import Kind, Role
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.outbox.operations import post
from palier.questionnaires import queries as questionnaires
from palier.questionnaires.models import QuestionnaireVersion
from palier.questionnaires.rules.form import Audience as Asked
from palier.stock import queries as stock
from palier.studies import queries
from palier.studies.models import Study, StudyAnswer
from palier.studies.rules.editions import may_publish, may_remind, still_open
from palier.studies.statistics import Row, count
from palier.verdict import Conflict, Refusal, no, require

_LEADS = frozenset({Role.QUALITY_LEAD})
_DIRECTORS = frozenset({Role.DIRECTOR})


@transaction.atomic
def open_study(
    *,
    association: Organisation,
    questionnaire: QuestionnaireVersion,
    name: str,
    year: int,
    closes_on: date,
    by: Person | None,
    at: datetime,
) -> Study:
    """Open an edition and invite every landlord that belongs to the association, with its family and dwellings of that day.

    Raises:
        Refusal: when this is no regional association, it has no member, the questionnaire is not for landlords, the last day
            is past, or the year already has an edition.
    """
    if association.kind != Kind.REGIONAL_ASSOCIATION:
        raise Refusal(no("studies.association", "Une étude est celle d’une association régionale."))
    if questionnaire.questionnaire.audience != Asked.LANDLORDS:
        raise Refusal(no("studies.audience", "Choisissez un questionnaire destiné aux organismes."))
    if closes_on < paris_day(at):
        raise Refusal(no("studies.past", "Choisissez un dernier jour à venir."))
    # The association's row is what two openings at once wait for.
    Organisation.objects.select_for_update().get(pk=association.pk)
    if Study.objects.filter(association=association, year=year).exists():
        raise Refusal(no("studies.twice", f"L’étude de {year} existe déjà : une édition par an."))
    members = list(queries.members_of(association=association))
    if not members:
        raise Refusal(no("studies.no_member", "Aucun organisme n’est rattaché à cette association dans l’annuaire."))
    study = Study.objects.create(
        association=association,
        questionnaire=questionnaire,
        name=name.strip(),
        year=year,
        closes_on=closes_on,
        opened_at=at,
        opened_by=by,
    )
    _remember(study, "opened", f"a ouvert l’étude « {study} » auprès de {len(members)} organismes.", by, at)
    _invite(study, members, at)
    return study


@transaction.atomic
def invite_newcomers(*, study: Study, by: Person, at: datetime) -> int:
    """Invite the landlords that joined the association since the edition opened; how many.

    Raises:
        Refusal: when the edition is over, or every member is invited.
    """
    study = Study.objects.select_for_update(of=("self",)).select_related("association").get(pk=study.pk)
    require(still_open(study.closed_at, study.closes_on, at))
    if not (joined := list(queries.newcomers(study=study))):
        raise Refusal(no("studies.all_invited", "Tous les organismes de l’association sont invités."))
    _invite(study, joined, at)
    many = "1 nouvel adhérent" if len(joined) == 1 else f"{len(joined)} nouveaux adhérents"
    _remember(study, "invited", f"a invité {many} à l’étude « {study} ».", by, at)
    return len(joined)


def _invite(study: Study, landlords: Sequence[Landlord], at: datetime) -> None:
    homes = stock.dwellings_of(landlords=landlords)
    StudyAnswer.objects.bulk_create(
        StudyAnswer(study=study, landlord=one, landlord_type=one.landlord_type, homes=homes[one.pk].count) for one in landlords
    )
    for landlord in landlords:
        _tell(study, "studies.invited", landlord.pk, _LEADS, f"Étude {study} : votre association vous interroge", at)


@transaction.atomic
def remind(*, study: Study, by: Person | None, at: datetime) -> int:
    """Write to the landlords whose answer is not validated: to the director when it waits for them; how many landlords.

    Raises:
        Refusal: when the edition is over, nobody is undecided, or a message left less than a week ago.
    """
    study = Study.objects.select_for_update().get(pk=study.pk)
    undecided = list(StudyAnswer.objects.filter(study=study, validated_at=None).order_by("pk"))
    require(still_open(study.closed_at, study.closes_on, at))
    require(may_remind(study.reminded_at or study.opened_at, len(undecided), at))
    Study.objects.filter(pk=study.pk).update(reminded_at=at)
    for answer in undecided:
        to = _DIRECTORS if answer.handed_at else _LEADS
        what = "une réponse attend votre validation" if answer.handed_at else "votre réponse est attendue"
        _tell(study, "studies.reminded", answer.landlord_id, to, f"Étude {study} : {what}", at)
    _remember(study, "reminded", f"a relancé {len(undecided)} organismes pour l’étude « {study} ».", by, at)
    return len(undecided)


@transaction.atomic
def close(*, study: Study, by: Person | None, at: datetime) -> Study:
    """Close an edition and count it, once: what is validated at this instant, and nothing after.

    Raises:
        Refusal: when it is closed already.
    """
    study = Study.objects.select_for_update(of=("self",)).select_related("association", "questionnaire").get(pk=study.pk)
    if study.closed_at:
        raise Refusal(no("studies.closed_already", "Cette étude est déjà close."))
    answers = StudyAnswer.objects.select_for_update().filter(study=study).order_by("pk")
    rows = [Row(a.landlord_id, a.landlord_type, a.homes, a.said if a.validated_at else None) for a in answers]
    study.closed_at, study.counted = at, count(questionnaires.questionnaire(study.questionnaire), rows)
    study.save(update_fields=["closed_at", "counted"])
    counted = sum(row.said is not None for row in rows)
    _remember(study, "closed", f"a clos l’étude « {study} » : {counted} réponses comptées sur {len(rows)}.", by, at)
    return study


def close_due(*, at: datetime) -> int:
    """Close the editions whose last day is past; how many."""
    due = list(Study.objects.filter(closed_at=None, closes_on__lt=paris_day(at)).order_by("pk"))
    for study in due:
        close(study=study, by=None, at=at)
    return len(due)


@transaction.atomic
def keep_words(*, study: Study, words: Mapping[str, str], revision: int, by: Person, at: datetime) -> Study:
    """Keep the key messages of an edition, by theme, in place of those proposed.

    Raises:
        Conflict: when somebody else changed them meanwhile; ``theirs`` is what now stands.
    """
    kept = {theme: text.strip() for theme, text in words.items()}
    study = Study.objects.select_for_update().get(pk=study.pk)
    if study.revision != revision:
        sentence = "Quelqu’un d’autre a changé les messages entre-temps : relisez les siens avant d’enregistrer les vôtres."
        raise Conflict(no("studies.words_changed", sentence), theirs=study.words)
    study.words, study.revision = kept, revision + 1
    study.save(update_fields=["words", "revision"])
    _remember(study, "words_kept", f"a écrit les messages de l’étude « {study} ».", by, at, words=kept)
    return study


@transaction.atomic
def publish(*, study: Study, by: Person, at: datetime) -> Study:
    """Show the report to the landlords invited, and tell them.

    Raises:
        Refusal: when the edition is not closed, or is published.
    """
    study = Study.objects.select_for_update().get(pk=study.pk)
    require(may_publish(study.closed_at, study.published_at))
    study.published_at = at
    study.save(update_fields=["published_at"])
    _remember(study, "published", f"a publié l’étude « {study} ».", by, at)
    for landlord in StudyAnswer.objects.filter(study=study).order_by("pk").values_list("landlord_id", flat=True):
        _tell(study, "studies.published", landlord, _LEADS | _DIRECTORS, f"Étude {study} : les résultats sont publiés", at)
    return study


def _tell(study: Study, event: str, landlord: int, roles: frozenset[Role], subject: str, at: datetime) -> None:
    people = people_of(landlord=landlord, roles=roles, on=paris_day(at))
    page = "resultats/" if event == "studies.published" else ""
    post(
        event=event,
        to=list(people.values_list("pk", flat=True)),
        at=at,
        subject=subject[:200],
        body="Les résultats et votre place parmi les organismes sont à lire."
        if page
        else f"Le responsable qualité répond, la direction valide, avant la fin du {in_words(study.closes_on)}.",
        landlord=landlord,
        link=f"/organismes/{landlord}/etudes/{study.pk}/{page}",
    )


def _remember(study: Study, act: str, summary: str, by: Person | None, at: datetime, **facts: Any) -> None:
    record(
        act=f"studies.{act}",
        by=by.pk if by else None,
        at=at,
        on=("studies.study", study.pk),
        landlord=None,
        summary=summary,
        facts={"association": study.association_id, "year": study.year} | facts,
        audience=Audience.SCHEME,
    )
