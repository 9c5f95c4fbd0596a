"""The telephone and the paper: one household at a time, through the same questions as the tenant's own page.

An answer leaves no trace of its own here: no attempt, no instant, only the day on which the household was asked.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, Q

from palier.calendar import paris_day, start_of_day
from palier.directory.models import Landlord, Person
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.surveys.models import Household, Invitation, PhoneAttempt, Solicitation, Wave
from palier.surveys.operations.responses import note_refusal
from palier.surveys.queries.households import objects
from palier.surveys.queries.paper import to_post
from palier.surveys.queries.sendings import budget_frees
from palier.surveys.queries.terms import terms_of
from palier.surveys.queries.waves import open_invitations, standings
from palier.surveys.rules.contact import Channel, Mode
from palier.surveys.rules.outcomes import ANSWERED, OPEN, Outcome
from palier.surveys.rules.sendings import MOST_CALLS, State, call_hours
from palier.surveys.rules.waves import State as WaveState
from palier.surveys.sealing import read_code, unseal
from palier.verdict import Conflict, Refusal, no, require

HELD = timedelta(minutes=30)
# Ranks of what people send or say, above those of the sendings of a wave.
_CALLS, _LETTERS = 10, 100
_LOOKED_AT = 200


@transaction.atomic
def next_call(*, wave: Wave, by: Person, at: datetime) -> Invitation | None:
    """The next household to ring up, held for whoever asks: strata that miss most answers first, then the least tried.

    None when nobody is left to call now.

    Raises:
        Refusal: outside the hours of calls, or when nothing leaves for this wave.
    """
    if wave.state != WaveState.RUNNING:
        raise Refusal(no("surveys.no_calls", "Cette vague n’est pas sur le terrain : on n’appelle personne."))
    require(call_hours(at))
    mine = open_invitations(wave=wave).filter(held_by=by, held_until__gt=at)
    if found := mine.select_related("household__residence", "stratum").first():
        return found
    budget = terms_of(landlord=wave.landlord_id).budget
    for invitation in _to_call(wave, at):
        household = Household.objects.select_for_update().get(invitations=invitation)
        if objects(household) or budget_frees(household=household, budget=budget, at=at) > at:
            continue
        free = Invitation.objects.filter(Q(held_until__isnull=True) | Q(held_until__lte=at), pk=invitation.pk)
        if free.update(held_by=by, held_until=at + HELD):
            return Invitation.objects.select_related("household__residence", "stratum").get(pk=invitation.pk)
    return None


def _to_call(wave: Wave, at: datetime) -> list[Invitation]:
    rank = {standing.stratum.pk: place for place, standing in enumerate(standings(wave=wave, on=paris_day(at)))}
    found = (
        open_invitations(wave=wave)
        .exclude(household__phone="")
        .filter(Q(held_until__isnull=True) | Q(held_until__lte=at))
        .annotate(tries=Count("attempts"), last=Max("attempts__at"), again=Max("attempts__again_at"))
        .filter(Q(tries__lt=MOST_CALLS), Q(last__isnull=True) | Q(last__lt=start_of_day(paris_day(at))) | Q(again__lte=at))
        .filter(Q(again__isnull=True) | Q(again__lte=at))
    )
    return sorted(found.order_by("tries", "digest")[:_LOOKED_AT], key=lambda i: (rank[i.stratum_id], i.tries))  # type: ignore[attr-defined]


@transaction.atomic
def begin_interview(*, invitation: Invitation, by: Person, at: datetime) -> str:
    """The tenant agreed to answer on the phone: the token of their page. It counts in the budget, without the hour.

    Raises:
        Refusal: when somebody else is on the phone with them, or they answered meanwhile.
    """
    locked = _held(invitation, by, at)
    _count(locked, Channel.PHONE, at)
    return _open(locked, Mode.PHONE)


@transaction.atomic
def note_attempt(
    *, invitation: Invitation, outcome: Outcome, reached: bool, again_at: datetime | None, by: Person, at: datetime
) -> None:
    """Say how a call ended without an answer; the household goes back to the list, or leaves it for good.

    Raises:
        Refusal: when somebody else is on the phone with them, or the outcome is an answer.
    """
    if outcome in ANSWERED:
        raise Refusal(no("surveys.attempt", "Une réponse ne se note pas ici : elle vient du questionnaire."))
    locked = _held(invitation, by, at)
    PhoneAttempt.objects.create(invitation=locked, at=at, by=by, reached=reached, outcome=outcome, again_at=again_at)
    if reached:
        _count(locked, Channel.PHONE, at)
    if outcome not in OPEN:
        note_refusal(invitation=locked, outcome=outcome)
        return
    locked.held_by = locked.held_until = None
    if locked.outcome != Outcome.UNDELIVERED and outcome != Outcome.NOTHING:
        locked.outcome = outcome
    locked.save(update_fields=["held_by", "held_until", "outcome"])


def _held(invitation: Invitation, by: Person, at: datetime) -> Invitation:
    locked = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if locked.outcome not in OPEN:
        raise Conflict(no("surveys.settled", "Ce ménage a répondu ou refusé entre-temps. Passez au suivant."))
    if locked.held_by_id != by.pk or locked.held_until is None or locked.held_until < at:
        raise Conflict(no("surveys.not_held", "Cet appel n’est plus le vôtre : demandez le suivant."))
    return locked


def _count(invitation: Invitation, channel: Channel, at: datetime) -> None:
    """Count a call or a letter in the household's budget, on its day."""
    first = _CALLS if channel is Channel.PHONE else _LETTERS
    known = Solicitation.objects.filter(invitation=invitation, channel=channel).count()
    Solicitation.objects.create(
        household_id=invitation.household_id or 0,
        invitation=invitation,
        channel=channel,
        pace=first + known,
        due_at=start_of_day(paris_day(at)),
        left_at=start_of_day(paris_day(at)),
        state=State.SENT,
    )


def _open(invitation: Invitation, mode: Mode) -> str:
    if not invitation.sealed:
        raise Conflict(no("surveys.settled", "Ce ménage a répondu ou refusé entre-temps."))
    Invitation.objects.filter(pk=invitation.pk).update(mode=mode)
    return unseal(bytes(invitation.sealed), digest=invitation.digest)


@transaction.atomic
def begin_typing(*, landlord: Landlord, code: str) -> str:
    """A paper form came back: the token under which its answers are typed, from the code printed on it.

    Raises:
        Refusal: when no open form of this landlord bears this code, or it is answered already.
    """
    found = Invitation.objects.select_for_update(of=("self",)).select_related("wave")
    invitation = found.filter(wave__landlord=landlord, code=read_code(code)).first()
    if invitation is None or invitation.wave.state not in {WaveState.RUNNING, WaveState.STOPPED}:
        raise Refusal(
            no("surveys.code", "Aucun questionnaire en cours ne porte ce code. Relisez-le : dix lettres et chiffres.")
        )
    if invitation.outcome in ANSWERED:
        raise Refusal(
            no("surveys.answered_already", "Une réponse est déjà enregistrée pour ce questionnaire : celle-ci ne compte pas.")
        )
    return _open(invitation, Mode.PAPER)


@transaction.atomic
def post_letters(*, wave: Wave, limit: int, by: Person | None, at: datetime) -> list[Invitation]:
    """Take the next letters to print, for households that no message of the wave reaches; each counts in the budget.

    A household whose address is not whole is not written to.

    Raises:
        Refusal: when the wave is not in the field.
    """
    if wave.state != WaveState.RUNNING:
        raise Refusal(no("surveys.no_letters", "Cette vague n’est pas sur le terrain : aucun courrier ne part."))
    homes = {invitation.household_id or 0 for invitation in to_post(wave=wave, at=at)[0][:limit]}
    # Locked, then looked at again: somebody else may have written to them meanwhile.
    list(Household.objects.select_for_update().filter(pk__in=homes).order_by("pk"))
    taken, _ = to_post(wave=wave, at=at, among=homes)
    for invitation in taken:
        _count(invitation, Channel.POST, at)
    if not taken:
        return []
    plural = "s" if len(taken) > 1 else ""
    _remember(wave, "letters_prepared", f"a préparé {len(taken)} courrier{plural}", len(taken), by, at)
    return taken


@transaction.atomic
def take_back_letters(*, wave: Wave, by: Person | None, at: datetime) -> int:
    """Take back the letters prepared today, which nobody posted: they count in no budget any more. How many.

    Raises:
        Refusal: when one of their households has said something since, or none was prepared today.
    """
    today = Solicitation.objects.filter(invitation__wave=wave, channel=Channel.POST, left_at=start_of_day(paris_day(at)))
    # Locked: whoever takes them back in the same instant finds none, and what is prepared meanwhile stays.
    letters = dict(today.select_for_update(of=("self",)).order_by("pk").values_list("pk", "invitation"))
    if not letters:
        raise Refusal(no("surveys.no_letters_today", "Aucun courrier n’a été préparé aujourd’hui : rien à reprendre."))
    asked = Invitation.objects.select_for_update(of=("self",)).filter(pk__in=letters.values()).order_by("pk")
    if any(invitation.outcome not in OPEN for invitation in asked):
        why = "Un ménage a répondu, refusé ou déménagé entre-temps : ces courriers restent comptés."
        raise Refusal(no("surveys.letters_heard", why))
    Solicitation.objects.filter(pk__in=letters).delete()
    plural = "s" if len(letters) > 1 else ""
    what = f"a repris {len(letters)} courrier{plural} préparé{plural} le jour même"
    _remember(wave, "letters_taken_back", what, len(letters), by, at)
    return len(letters)


def _remember(wave: Wave, act: str, what: str, letters: int, by: Person | None, at: datetime) -> None:
    record(
        act=f"surveys.{act}",
        by=by.pk if by else None,
        at=at,
        on=("surveys.wave", wave.pk),
        landlord=wave.landlord_id,
        summary=f"{what} pour la vague « {wave.name} ».",
        facts={"letters": letters},
        audience=Audience.LANDLORD,
    )
