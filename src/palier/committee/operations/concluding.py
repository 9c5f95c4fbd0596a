"""The conclusion of a matter: what was adopted takes effect, in the same transaction, as it was voted."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from palier.audits import operations as audits
from palier.calendar import in_words, paris_day
from palier.committee import queries
from palier.committee.models import Decision, Item, Poll
from palier.committee.operations.agenda import feasible
from palier.committee.operations.decisions import record_decision
from palier.committee.operations.sessions import WHAT_IT_CHANGES, locked, remember, terms_in_force
from palier.committee.rules.effects import Effect, parse
from palier.committee.rules.outcomes import Outcome
from palier.directory import queries as directory
from palier.directory.models import Person
from palier.directory.rules import Role
from palier.frameworks.operations import import_version
from palier.label.operations import publish_rule_set
from palier.outbox.operations import post
from palier.verdict import Refusal, no, require

_TOLD = frozenset({Role.QUALITY_LEAD, Role.DIRECTOR, Role.TENANT_REPRESENTATIVE})


@transaction.atomic
def conclude(*, item: Item, by: Person, at: datetime) -> Decision | None:
    """Conclude a matter: what was adopted takes effect. Without an adopted motion, nothing is decided, and it is said.

    Raises:
        Refusal: when the matter is not open, a poll is open on it or waits to be voided, what was voted is refused by the room that it changes, or
            bears on a text that moved since the convocation.
    """
    session, item = locked(item, *WHAT_IT_CHANGES)
    if item.opened_at is None or item.is_over:
        raise Refusal(no("committee.item_not_open", "Ce point n’est pas ouvert."))
    if item.polls.filter(closed_at__isnull=True).exists():
        raise Refusal(no("committee.poll_open", "Un scrutin est ouvert sur ce point : clôturez-le d’abord."))
    require(queries.settled(item=item))
    poll = queries.adopted(item=item)
    if poll is not None and poll.outcome:
        item.decision = _take_effect(item, poll, Outcome(poll.outcome), parse(poll.effect), by, at)
    item.concluded_at = at
    item.save(update_fields=["concluded_at", "decision", "granted", "framework"])
    if item.decision is None:
        tell_undecided(item, at)
    what = f"adopté : {poll.motion}" if poll else "rien n’est adopté"
    remember(session, "item_concluded", f"a conclu le point « {item.title} » : {what}.", by=by, at=at, item=item.pk)
    return item.decision


def tell_undecided(item: Item, at: datetime) -> None:
    """Tell a landlord and the representatives of its tenants that its file came before the committee undecided, and why."""
    journey = item.journey
    if journey is None:
        return
    terms = queries.terms_of(terms_in_force(item.session.committee, paris_day(item.session.starts_at)))
    if queries.missed_quorum(item=item, terms=terms, at=at):
        why = "le quorum a manqué"
    elif item.opened_at is None:
        why = "la séance s’est close avant qu’il soit examiné"
    else:
        why = "aucune proposition n’a été adoptée"
    people = directory.people_of(landlord=journey.landlord_id, roles=_TOLD, on=paris_day(at))
    post(
        event="label.undecided",
        to=list(people.values_list("pk", flat=True)),
        at=at,
        landlord=journey.landlord_id,
        subject=f"{journey.landlord.name} : le comité n’a pas décidé",
        body=f"Le dossier était devant le comité le {in_words(paris_day(at))}. Il n’est pas décidé : {why}. Il pourra revenir devant "
        "le comité, et rien ne change d’ici là.",
        link=f"/organismes/{journey.landlord_id}/parcours/",
    )


def _take_effect(item: Item, poll: Poll, outcome: Outcome, effect: Effect, by: Person, at: datetime) -> Decision | None:
    """Carry out what a poll adopted, by the operation of the room that it changes. Minutes follow by themselves, from above."""
    if item.journey is not None and poll.closed_at is not None:
        return record_decision(
            journey=item.journey,
            outcome=outcome,
            decided_on=paris_day(poll.closed_at),
            conditions=effect.conditions,
            reasons=poll.reasons,
            voted=True,
            by=by,
            at=at,
        )
    require(feasible(item=item, outcome=outcome, effect=effect, on=paris_day(at)))
    if outcome is Outcome.EVOLUTION_ADOPTED:
        _publish(item, effect, by, at)
    elif item.firm is not None:
        _accredit(item, outcome, effect, poll.reasons, by, at)
    return None


def _publish(item: Item, effect: Effect, by: Person, at: datetime) -> None:
    assert effect.effective_from is not None  # feasible
    if item.rule_set is not None:
        publish_rule_set(draft=item.rule_set, effective_from=effect.effective_from, by=by, at=at)
    else:
        item.framework = import_version(text=item.grid, effective_from=effect.effective_from, by=by, at=at)
        if item.framework.effective_from != effect.effective_from:  # somebody published the same grid in this very instant
            raise Refusal(no("committee.published_already", "Cette grille vient d’être publiée, à une autre date."))


def _accredit(item: Item, outcome: Outcome, effect: Effect, because: str, by: Person, at: datetime) -> None:
    held = item.accreditation
    if item.candidate is not None and item.firm is not None:
        if outcome is Outcome.ACCREDITATION_REFUSED:
            audits.refuse(person=item.candidate, firm=item.firm, because=because, by=by, at=at)
            return
        assert effect.starts_on is not None  # feasible
        assert effect.ends_on is not None
        item.granted = audits.grant(
            person=item.candidate,
            firm=item.firm,
            starts_on=effect.starts_on,
            ends_on=effect.ends_on,
            scope=effect.scope,
            trained_on=effect.trained_on,
            by=by,
            at=at,
        )
    elif held is not None:
        if outcome is Outcome.ACCREDITATION_RESTORED:
            audits.lift(accreditation=held, by=by, at=at)
        elif outcome is Outcome.ACCREDITATION_SUSPENDED:
            audits.suspend(accreditation=held, because=because, by=by, at=at)
        else:
            audits.withdraw(accreditation=held, because=because, by=by, at=at)
