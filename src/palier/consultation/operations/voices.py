"""What tenants' representatives may do, and what a landlord may reply. Nobody speaks in their stead."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from palier.calendar import paris_day
from palier.consultation import queries
from palier.consultation.models import Reply, Voice
from palier.consultation.operations.rounds import write_to
from palier.consultation.rules import Opinion, complete_opinion
from palier.directory.models import Person
from palier.directory.queries import people_of, roles_on
from palier.directory.rules import LANDLORD_ROLES, SCHEME_ROLES, Role
from palier.french import linked
from palier.ledger.operations import record
from palier.outbox.operations import post
from palier.verdict import YES, Conflict, Refusal, Verdict, no, require


def may_speak(*, voice: Voice, person: Person, on: date) -> Verdict:
    """Whether somebody may speak for an association: they represent it, and are not of the landlord or of the label's team."""
    here = queries.speakers(landlord=voice.round.landlord_id, associations=[voice.association_id], on=on)
    if person not in here.get(voice.association_id, []):
        return no("consultation.not_yours", f"Seules les personnes qui représentent {voice.association.name} donnent son avis.")
    if roles_on(person=person, landlord=voice.round.landlord_id, on=on) & (LANDLORD_ROLES | SCHEME_ROLES):
        return no(
            "consultation.not_independent",
            "Un avis vient des locataires : une personne de l’organisme ou de l’équipe du label ne le donne pas.",
        )
    return YES


@transaction.atomic
def mark_read(*, voice: Voice, by: Person, at: datetime) -> Voice:
    """Trace that an association opened what is shared with it; only the first time is kept.

    Raises:
        Refusal: when the person does not represent it.
    """
    require(may_speak(voice=voice, person=by, on=paris_day(at)))
    if voice.read_at is None and Voice.objects.filter(pk=voice.pk, read_at__isnull=True).update(read_at=at):
        voice.read_at = at
        _record(voice, "read", by, at, f"a ouvert « {voice.round.subject} » pour {voice.association.name}.")
    return voice


@transaction.atomic
def give_opinion(*, voice: Voice, opinion: Opinion, text: str, by: Person, at: datetime) -> Voice:
    """Give an association's opinion. It goes to the committee as it stands: nobody, its author included, changes it.

    Raises:
        Refusal: when the person does not represent the association, or the opinion asks for a text.
        Conflict: when the association's opinion was given meanwhile; ``theirs`` is that voice.
    """
    require(may_speak(voice=voice, person=by, on=paris_day(at)) & complete_opinion(opinion, text))
    locked = Voice.objects.select_for_update(of=("self",)).select_related("round__landlord", "association").get(pk=voice.pk)
    if locked.answered_at is not None:
        raise Conflict(
            no("consultation.answered", f"L’avis {linked('de', locked.association.name)} est déjà donné : il ne change plus."),
            theirs=locked,
        )
    locked.opinion, locked.text, locked.person, locked.answered_at = opinion, text.strip(), by, at
    locked.read_at = locked.read_at or at
    locked.save(update_fields=["opinion", "text", "person", "answered_at", "read_at"])
    round_ = locked.round
    post(
        event="consultation.answered",
        to=people_of(landlord=round_.landlord_id, roles=frozenset({Role.QUALITY_LEAD}), on=paris_day(at)).values_list(
            "pk", flat=True
        ),
        at=at,
        subject=f"{locked.association.name} : avis {opinion.label.lower()}",
        body=f"{locked.association.name} a répondu sur « {round_.subject} » : {opinion.label.lower()}.",
        landlord=round_.landlord_id,
        link=f"/organismes/{round_.landlord_id}/concertation/{round_.pk}/",
    )
    _record(
        locked,
        "opinion_given",
        by,
        at,
        f"a donné l’avis {linked('de', locked.association.name)} sur « {round_.subject} » : {opinion.label.lower()}.",
        opinion=opinion.value,
        text=locked.text,
        association=locked.association_id,
    )
    return locked


@transaction.atomic
def answer_opinion(*, voice: Voice, text: str, by: Person, at: datetime) -> Reply:
    """Reply to an opinion, under it and for all who read it. The opinion stays as it is.

    Raises:
        Refusal: when there is no opinion yet, or nothing to say.
    """
    if voice.answered_at is None:
        raise Refusal(no("consultation.no_opinion_yet", f"{voice.association.name} n’a pas encore donné d’avis."))
    if not text.strip():
        raise Refusal(no("consultation.reply_empty", "Écrivez votre réponse à l’association."))
    reply = Reply.objects.create(voice=voice, text=text.strip(), by=by, at=at)
    round_ = voice.round
    people = queries.speakers(landlord=round_.landlord_id, associations=[voice.association_id], on=paris_day(at))
    write_to(
        people.get(voice.association_id, []),
        voice,
        event="consultation.replied",
        subject=f"{round_.landlord.name} répond à votre avis",
        body=f"Sur « {round_.subject} » :\n\n{reply.text}",
        at=at,
    )
    _record(voice, "opinion_answered", by, at, f"a répondu à l’avis {linked('de', voice.association.name)}.", text=reply.text)
    return reply


def _record(voice: Voice, act: str, by: Person, at: datetime, summary: str, **facts: object) -> None:
    record(
        act=f"consultation.{act}",
        by=by.pk,
        at=at,
        on=("consultation.voice", voice.pk),
        landlord=voice.round.landlord_id,
        summary=summary,
        facts={"round": voice.round_id} | facts,
    )
