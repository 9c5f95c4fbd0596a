"""What a landlord may do for a stage: associate the representatives, reach those it could not, remind, close."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from palier.calendar import in_words, paris_day
from palier.consultation import queries
from palier.consultation.models import Reminder, Round, SharedDocument, Voice
from palier.consultation.rules import Duty, may_remind_some, next_reminder_on, to_remind
from palier.directory.models import Landlord, Organisation, Person
from palier.directory.queries import associations_of
from palier.documents.models import Version
from palier.documents.operations import share
from palier.ledger.operations import record
from palier.outbox.operations import cancel, post
from palier.verdict import Refusal, no, require


@transaction.atomic
def open_round(
    *,
    landlord: Landlord,
    cycle: int,
    stage: str,
    duty: Duty | str,
    subject: str,
    message: str,
    documents: Collection[Version],
    lapse_days: int,
    reminders: int,
    by: Person | None,
    at: datetime,
) -> Round:
    """Associate the tenants' associations present today with a stage: they are written to, and read what is shared.

    Args:
        landlord: whose stage it is.
        cycle: of the journey.
        stage: code of the stage.
        duty: what the rules of the label ask for at this stage.
        subject: in a few words, the subject of the message.
        message: what the landlord tells the associations.
        documents: versions of the landlord's documents, opened to the associations.
        lapse_days: days to answer, from today.
        reminders: reminders without which the delay does not run out.
        by: who opens; None when Palier informs by itself.
        at: instant.

    Raises:
        Refusal: when a round is already open for the stage, nothing is said, or a document is not this landlord's.
    """
    if not subject.strip() or not message.strip():
        raise Refusal(no("consultation.nothing_said", "Écrivez l’objet et le message : c’est ce que les associations lisent."))
    _require_own(landlord, documents)
    today = paris_day(at)
    round_ = Round(
        landlord=landlord,
        cycle=cycle,
        stage=stage,
        duty=Duty(duty),
        subject=subject.strip(),
        message=message.strip(),
        lapse_days=lapse_days,
        reminders=reminders,
        opened_at=at,
        opened_by=by,
        answer_until=today + timedelta(days=lapse_days),
    )
    try:
        with transaction.atomic():
            round_.save(force_insert=True)
    except IntegrityError as twice:
        raise Refusal(no("consultation.already_open", "Les représentants sont déjà associés à cette étape.")) from twice
    SharedDocument.objects.bulk_create(SharedDocument(round=round_, version=version, at=at) for version in documents)
    told = _tell(round_, associations_of(landlord=landlord.pk, on=today), by, at)
    who = ", ".join(told) if told else "aucune association n’est encore jointe"
    _record(
        round_,
        "opened",
        by,
        at,
        f"a associé les représentants de locataires, « {round_.subject} » : {who}.",
        stage=stage,
        cycle=cycle,
        duty=round_.duty,
        told=told,
        documents=[version.pk for version in documents],
    )
    return round_


def _require_own(landlord: Landlord, documents: Collection[Version]) -> None:
    if any(version.document.landlord_id != landlord.pk for version in documents):
        raise Refusal(no("consultation.not_our_document", "Un des documents n’est pas de votre organisme."))


def _tell(round_: Round, associations: Iterable[Organisation], by: Person | None, at: datetime) -> list[str]:
    """Write to these associations and open the documents to them; the names of those that could be written to."""
    found = list(associations)
    people = queries.speakers(landlord=round_.landlord_id, associations=[a.pk for a in found], on=paris_day(at))
    documents = [s.version.document for s in round_.shared.select_related("version__document").order_by("pk")]
    for association in found:
        voice, _ = Voice.objects.get_or_create(round=round_, association=association)
        if voice.sent_at is not None or not people.get(association.pk):
            continue
        voice.sent_at = at
        voice.save(update_fields=["sent_at"])
        for document in documents:
            share(document=document, organisation=association, by=by, at=at)
        asked = round_.duty != Duty.INFORM
        until = f"\n\nRéponse attendue jusqu’au {in_words(round_.answer_until, weekday=True)}, 23:59." if asked else ""
        write_to(
            people[association.pk],
            voice,
            event="consultation.asked" if asked else "consultation.informed",
            subject=f"{round_.landlord.name} : {round_.subject}",
            body=f"{round_.message}{until}",
            at=at,
            undo_key=f"round:{round_.pk}",
        )
    return [a.name for a in found if people.get(a.pk)]


def write_to(
    people: Iterable[Person], voice: Voice, *, event: str, subject: str, body: str, at: datetime, undo_key: str = ""
) -> None:
    """One message a person, whose link opens the page of this voice (the letter lets a light access in by itself)."""
    post(
        event=event,
        to=[person.pk for person in people],
        at=at,
        subject=subject[:200],
        body=body,
        landlord=voice.round.landlord_id,
        link=f"/organismes/{voice.round.landlord_id}/concertation/voix/{voice.pk}/",
        undo_key=undo_key,
    )


@transaction.atomic
def inform(*, landlord: Landlord, cycle: int, stage: str, subject: str, message: str, by: Person | None, at: datetime) -> Round:
    """Inform the associations of a stage that asks nothing of them, in a round of its own; the one before is closed."""
    close_round(landlord=landlord, cycle=cycle, stage=stage, by=by, at=at)
    return open_round(
        landlord=landlord,
        cycle=cycle,
        stage=stage,
        duty=Duty.INFORM,
        subject=subject,
        message=message,
        documents=(),
        lapse_days=0,
        reminders=0,
        by=by,
        at=at,
    )


@transaction.atomic
def reach(*, round_: Round, by: Person | None, at: datetime) -> list[str]:
    """Write to the associations that could not be reached, or that came since the round was opened: their names.

    Raises:
        Refusal: when there is nobody new to write to, or the round is closed.
    """
    round_ = _lock_open(round_)
    done = Voice.objects.filter(round=round_, sent_at__isnull=False).values("association")
    present = associations_of(landlord=round_.landlord_id, on=paris_day(at))
    pending = Organisation.objects.filter(voices__round=round_) | present
    told = _tell(round_, pending.exclude(pk__in=done).distinct(), by, at)
    if not told:
        raise Refusal(
            no(
                "consultation.nobody_new",
                "Personne de nouveau à joindre : inscrivez d’abord une personne pour chaque association.",
            )
        )
    _record(round_, "reached", by, at, f"a partagé « {round_.subject} » avec {', '.join(told)}.", told=told)
    return told


@transaction.atomic
def remind(*, round_: Round, by: Person | None, at: datetime) -> list[str]:
    """Remind every awaited association that had seven days since the last message: their names. Traced.

    Raises:
        Refusal: when none may be reminded today, with the reason for each.
    """
    round_ = _lock_open(round_)
    facts = queries.facts_of(round_, on=paris_day(at))
    require(may_remind_some(facts))
    names = {voice.association: voice.name for voice in to_remind(facts)}
    told = _remind(round_, names, by, at)
    if not told:
        raise Refusal(
            no(
                "consultation.nobody_to_write",
                "Plus personne n’est inscrit pour ces associations : inscrivez quelqu’un, ou réunissez-les.",
            )
        )
    return told


def _remind(round_: Round, names: dict[int, str], by: Person | None, at: datetime) -> list[str]:
    """Write to these associations; the names of those where somebody receives it. A reminder to nobody is not one."""
    people = queries.speakers(landlord=round_.landlord_id, associations=names, on=paris_day(at))
    for voice in Voice.objects.filter(round=round_, association__in=people).select_related("round").order_by("pk"):
        Reminder.objects.create(voice=voice, at=at, by=by)
        until = f"Réponse attendue jusqu’au {in_words(round_.answer_until, weekday=True)}, 23:59."
        write_to(
            people[voice.association_id],
            voice,
            event="consultation.reminded",
            subject=f"Rappel, {round_.landlord.name} : {round_.subject}",
            body=f"{round_.landlord.name} attend toujours votre réponse.\n\n{round_.message}\n\n{until}",
            at=at,
            undo_key=f"round:{round_.pk}",
        )
    told = [name for pk, name in names.items() if pk in people]
    if told:
        _record(round_, "reminded", by, at, f"a relancé {', '.join(told)} sur « {round_.subject} ».", reminded=told)
    return told


@transaction.atomic
def remind_due(*, round_: Round, at: datetime) -> list[str]:
    """Send the reminders whose day has come, by Palier itself: the names of those reminded, empty when none is due."""
    round_ = Round.objects.select_for_update(of=("self",)).select_related("landlord").get(pk=round_.pk)
    if round_.closed_at is not None:
        return []
    today = paris_day(at)
    facts = queries.facts_of(round_, on=today)
    due = {
        voice.association: voice.name
        for voice in to_remind(facts)
        if (day := next_reminder_on(voice, facts)) is not None and day <= today
    }
    return _remind(round_, due, None, at)


def remind_all_due(*, at: datetime) -> int:
    """Send, in every round, the reminders whose day has come: how many associations were reminded."""
    return sum(len(remind_due(round_=round_, at=at)) for round_ in queries.rounds_to_remind(on=paris_day(at)))


@transaction.atomic
def close_round(
    *, landlord: Landlord, cycle: int, stage: str, by: Person | None, at: datetime, because: str = ""
) -> Round | None:
    """Close the round of a stage: it is passed, or the round was opened by mistake (``because``). None when none is open.

    What was said in it stays, goes to the committee, and may still be completed by an opinion.
    """
    round_ = (
        Round.objects.select_for_update(of=("self",))
        .select_related("landlord")
        .filter(landlord=landlord, cycle=cycle, stage=stage, closed_at__isnull=True)
        .first()
    )
    if round_ is None:
        return None
    round_.closed_at, round_.closed_because = at, because.strip()
    round_.save(update_fields=["closed_at", "closed_because"])
    if because.strip():
        cancel(undo_key=f"round:{round_.pk}", at=at)
        _record(round_, "closed", by, at, f"a clos « {round_.subject} » : {because.strip()}", because=because.strip())
    return round_


def _lock_open(round_: Round) -> Round:
    found = Round.objects.select_for_update(of=("self",)).select_related("landlord").get(pk=round_.pk)
    if found.closed_at is not None:
        raise Refusal(
            no("consultation.closed", f"« {found.subject} » est clos depuis le {in_words(paris_day(found.closed_at))}.")
        )
    return found


def _record(round_: Round, act: str, by: Person | None, at: datetime, summary: str, **facts: object) -> None:
    record(
        act=f"consultation.{act}",
        by=by.pk if by else None,
        at=at,
        on=("consultation.round", round_.pk),
        landlord=round_.landlord_id,
        summary=summary,
        facts=facts,
    )
