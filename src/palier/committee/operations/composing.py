"""Composing a committee: its seats, who is appointed to them, who presides."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from palier.calendar import in_words, paris_day
from palier.committee.models import Committee, Item, Mandate, Seat, Tenure
from palier.committee.operations.sessions import close_files
from palier.committee.operations.terms import draft_terms, publish_terms
from palier.committee.queries import shipped_terms
from palier.committee.rules.seats import Office, Recusal
from palier.directory import operations as directory
from palier.directory.models import Invitation, Membership, Organisation, Person, dated
from palier.directory.rules import ROLES_OF_KIND, Kind, Role
from palier.documents.models import Document
from palier.ledger.operations import record
from palier.outbox.operations import cancel, post
from palier.verdict import Refusal, no


@transaction.atomic
def found(*, name: str, by: Person | None, at: datetime) -> Committee:
    """Found a committee, under the terms that come with Palier until others are published.

    Raises:
        Refusal: when the name is taken.
    """
    name = name.strip()
    if Committee.objects.filter(name__iexact=name).exists():
        raise Refusal(no("committee.name_taken", f"Un comité s’appelle déjà « {name} »."))
    committee = Committee.objects.create(name=name, created_at=at)
    _record("founded", committee, f"a créé « {name} ».", by, at)
    terms = draft_terms(committee=committee, data=shipped_terms(), effective_from=paris_day(at), by=by, at=at)
    publish_terms(draft=terms, by=by, at=at)
    return committee


@transaction.atomic
def add_seat(*, committee: Committee, body: Organisation, voting: bool, by: Person | None, at: datetime) -> Seat:
    """Give a body one more seat, from today.

    Raises:
        Refusal: when this kind of organisation does not sit.
    """
    if Role.COMMITTEE_MEMBER not in ROLES_OF_KIND[Kind(body.kind)]:
        raise Refusal(no("committee.not_a_body", f"« {Kind(body.kind).label} » ne siège pas dans un comité."))
    Committee.objects.select_for_update(no_key=True).get(pk=committee.pk)
    last = committee.seats.aggregate(last=Max("number"))["last"] or 0
    seat = Seat.objects.create(
        committee=committee, number=last + 1, body=body, voting=voting, starts_on=paris_day(at), ends_on=None
    )
    voice = "avec voix" if voting else "sans voix"
    _record("seat_added", committee, f"a ouvert le siège {seat.number}, {body.name}, {voice}.", by, at, seat=seat.pk)
    return seat


@transaction.atomic
def close_seat(*, seat: Seat, by: Person, at: datetime) -> None:
    """Close a seat now: it is not in force today any more. Its number is not given again.

    Raises:
        Refusal: when a mandate still holds on it, or it is already closed.
    """
    seat = Seat.objects.select_for_update(no_key=True).select_related("committee", "body").get(pk=seat.pk)
    today = paris_day(at)
    if seat.ends_on is not None:
        raise Refusal(no("committee.seat_closed", "Ce siège est déjà fermé."))
    if seat.mandates.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today)).exists():
        raise Refusal(no("committee.seat_held", "Des mandats courent encore sur ce siège : mettez-y fin d’abord."))
    seat.ends_on = _eve(today, seat.starts_on)
    seat.save(update_fields=["ends_on"])
    _record("seat_closed", seat.committee, f"a fermé le siège {seat.number}, {seat.body.name}.", by, at, seat=seat.pk)


@transaction.atomic
def appoint(
    *,
    seat: Seat,
    email: str,
    name: str,
    titular: bool,
    starts_on: date,
    by: Person,
    at: datetime,
    ends_on: date | None = None,
    appointment: Document | None = None,
) -> Mandate:
    """Appoint a person to a seat: as its titular, or as the last of its substitutes. Who has no access yet is invited.

    Raises:
        Refusal: when the seat does not hold for the whole mandate, somebody else is its titular meanwhile, or the person
            has another mandate in this committee.
    """
    seat = Seat.objects.select_for_update(no_key=True).select_related("committee", "body").get(pk=seat.pk)
    if ends_on is not None and ends_on < starts_on:
        raise Refusal(no("committee.mandate_dates", "Le mandat finit avant de commencer : corrigez l’une des deux dates."))
    if starts_on < seat.starts_on or seat.ends_on is not None:
        raise Refusal(
            no(
                "committee.seat_not_open",
                f"Le siège {seat.number} ne peut être pourvu qu’ouvert, depuis le {in_words(seat.starts_on)}.",
            )
        )
    person = directory.enter_person(email=email, name=name, at=at)
    meanwhile = Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on)
    if ends_on is not None:
        meanwhile &= Q(starts_on__lte=ends_on)
    others = Mandate.objects.filter(meanwhile, committee=seat.committee).select_related("person", "seat")
    if held := others.filter(person=person).first():
        raise Refusal(
            no(
                "committee.one_mandate",
                f"{person.name} a déjà un mandat au siège {held.seat.number} : une personne n’en a qu’un.",
            )
        )
    of_seat = others.filter(seat=seat)
    if titular and (now := of_seat.filter(rank=0).first()):
        raise Refusal(
            no("committee.titular_taken", f"{now.person.name} est titulaire de ce siège : mettez d’abord fin à son mandat.")
        )
    rank = 0 if titular else (of_seat.aggregate(last=Max("rank"))["last"] or 0) + 1
    mandate = Mandate.objects.create(
        seat=seat,
        committee=seat.committee,
        person=person,
        rank=rank,
        starts_on=starts_on,
        ends_on=ends_on,
        appointment=appointment,
    )
    _let_in(person, seat.body, by, at)
    for item in Item.objects.filter(_WHOLE, recusals__mandate__seat=seat).select_related("journey__landlord").distinct():
        close_files(item, by, at)
    what = "titulaire" if titular else f"suppléance, appel n° {rank}"
    until = f" jusqu’au {in_words(ends_on)}" if ends_on else ""
    post(
        event="committee.appointed",
        to=[person.pk],
        at=at,
        subject=f"Vous siégez à « {seat.committee.name} »",
        body=f"{seat.body.name} vous désigne au siège {seat.number}, à partir du {in_words(starts_on)}{until}. Place : {what}.",
        link=f"/comites/{seat.committee_id}/",
        undo_key=f"mandate:{mandate.pk}",
    )
    _record(
        "appointed",
        seat.committee,
        f"a nommé {person.name} au siège {seat.number}, {seat.body.name} : {what}, à partir du {starts_on:%d/%m/%Y}{until}.",
        by,
        at,
        mandate=mandate.pk,
        person=person.pk,
        rank=rank,
    )
    return mandate


# A matter still to come from which a whole seat is recused: who joins the seat is kept out too.
_WHOLE = Q(
    recusals__reach=Recusal.INSTITUTIONAL,
    recusals__lifted_at__isnull=True,
    concluded_at__isnull=True,
    withdrawn_at__isnull=True,
)


def _let_in(person: Person, body: Organisation, by: Person, at: datetime) -> None:
    """The member's role in the body: at once for who comes in already, else with the invitation that is accepted."""
    held = Membership.objects.filter(dated(paris_day(at)), person=person, organisation=body)
    if held.filter(role__in=[Role.COMMITTEE_MEMBER, Role.COMMITTEE_CHAIR]).exists():
        return
    if person.has_usable_password():
        directory.add_member(person=person, organisation=body, role=Role.COMMITTEE_MEMBER, by=by, at=at)
    elif not _waiting(person, body).exists():
        directory.invite(email=person.email, name=person.name, organisation=body, role=Role.COMMITTEE_MEMBER, by=by, at=at)


def _waiting(person: Person, body: Organisation) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        email=person.email,
        organisation=body,
        role=Role.COMMITTEE_MEMBER,
        accepted_at__isnull=True,
        withdrawn_at__isnull=True,
    )


@transaction.atomic
def end_mandate(*, mandate: Mandate, by: Person, at: datetime) -> None:
    """End a mandate now, with the office it carries: it is not in force today any more; the person's access ends with it.

    Raises:
        Refusal: when it is already over.
    """
    mandate = (
        Mandate.objects.select_for_update(of=("self",), no_key=True)
        .select_related("seat__body", "committee", "person")
        .get(pk=mandate.pk)
    )
    today = paris_day(at)
    if mandate.ends_on is not None and mandate.ends_on < today:
        raise Refusal(no("committee.mandate_over", "Ce mandat est déjà fini."))
    for tenure in mandate.tenures.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today)):
        _end_tenure(tenure, today)
    mandate.ends_on = _eve(today, mandate.starts_on)
    mandate.save(update_fields=["ends_on"])
    for invitation in _waiting(mandate.person, mandate.seat.body):
        directory.withdraw_invitation(invitation=invitation, by=by, at=at)
    cancel(undo_key=f"mandate:{mandate.pk}", at=at)
    _show_out(at=at)
    seat = mandate.seat
    _record(
        "mandate_ended",
        mandate.committee,
        f"a mis fin au mandat de {mandate.person.name} au siège {seat.number}, {seat.body.name}.",
        by,
        at,
        mandate=mandate.pk,
        person=mandate.person_id,
    )


@transaction.atomic
def call_earlier(*, mandate: Mandate, by: Person, at: datetime) -> None:
    """Call a substitute before the one who comes just before.

    Raises:
        Refusal: when there is no substitute before.
    """
    today = paris_day(at)
    seat = Seat.objects.select_for_update(no_key=True).get(pk=mandate.seat_id)
    in_force = seat.mandates.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today)).select_related("person")
    one = in_force.filter(pk=mandate.pk).first()
    before = in_force.filter(rank__lt=one.rank, rank__gte=1).order_by("-rank").first() if one else None
    if one is None or before is None:
        raise Refusal(no("committee.first_already", "Personne n’est appelé avant : l’ordre reste le même."))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS mandate_one_a_rank DEFERRED")
    first, second = before.rank, one.rank
    Mandate.objects.filter(pk=one.pk).update(rank=first)
    Mandate.objects.filter(pk=before.pk).update(rank=second)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS mandate_one_a_rank IMMEDIATE")
    _record(
        "called_earlier",
        mandate.committee,
        f"appelle {one.person.name} avant {before.person.name} au siège {seat.number}.",
        by,
        at,
        mandate=one.pk,
        rank=first,
    )


@transaction.atomic
def give_office(*, mandate: Mandate, office: Office, by: Person, at: datetime) -> Tenure:
    """Give a titular member the presidency or the vice-presidency, from today; who held it holds it no more.

    Raises:
        Refusal: when the mandate is not a titular's in force with a voice, or the person already holds an office.
    """
    today = paris_day(at)
    mandate = (
        Mandate.objects.select_for_update(of=("self",), no_key=True)
        .select_related("seat__body", "committee", "person")
        .get(pk=mandate.pk)
    )
    in_force = mandate.starts_on <= today and (mandate.ends_on is None or mandate.ends_on >= today)
    if mandate.rank or not in_force or not mandate.seat.voting:
        raise Refusal(
            no("committee.not_titular", "Une présidence revient à une personne titulaire d’un siège avec voix, en fonction.")
        )
    current = Tenure.objects.filter(dated(today), committee=mandate.committee).select_related(
        "mandate__person", "mandate__seat__body"
    )
    for tenure in current.filter(Q(office=office) | Q(mandate=mandate)):
        if tenure.office == office and tenure.mandate_id == mandate.pk:
            raise Refusal(no("committee.office_held", f"{mandate.person.name} exerce déjà la {office.label}."))
        _end_tenure(tenure, today)
    tenure = Tenure.objects.create(
        mandate=mandate, committee=mandate.committee, office=office, starts_on=today, ends_on=mandate.ends_on
    )
    _show_out(at=at)
    body = mandate.seat.body
    chairs = Membership.objects.filter(dated(today), person=mandate.person, organisation=body, role=Role.COMMITTEE_CHAIR)
    if office is Office.PRESIDENT and not chairs.exists():
        directory.add_member(person=mandate.person, organisation=body, role=Role.COMMITTEE_CHAIR, by=by, at=at)
    _record(
        "office_given",
        mandate.committee,
        f"a confié à {mandate.person.name} la {office.label} de « {mandate.committee.name} ».",
        by,
        at,
        mandate=mandate.pk,
        office=office.value,
    )
    return tenure


@transaction.atomic
def lapse_due(*, at: datetime) -> int:
    """End the access of members whose mandates are all over, and of presidents who preside no more; how many roles ended."""
    return _show_out(at=at)


def _show_out(*, at: datetime) -> int:
    today = paris_day(at)
    alive = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    mine = Mandate.objects.filter(person=OuterRef("person"), seat__body=OuterRef("organisation"))
    presided = Tenure.objects.filter(
        mandate__person=OuterRef("person"), mandate__seat__body=OuterRef("organisation"), office=Office.PRESIDENT
    )
    over = (
        Membership.objects.filter(dated(today))
        .filter(
            Q(Exists(mine), ~Exists(mine.filter(alive)), role=Role.COMMITTEE_MEMBER)
            | Q(Exists(presided), ~Exists(presided.filter(alive)), role=Role.COMMITTEE_CHAIR)
        )
        .select_related("organisation", "person")
    )
    ended = list(over)
    for membership in ended:
        directory.end_membership(membership=membership, by=None, at=at)
    return len(ended)


def _end_tenure(tenure: Tenure, today: date) -> None:
    tenure.ends_on = _eve(today, tenure.starts_on)
    tenure.save(update_fields=["ends_on"])


def _eve(today: date, starts_on: date) -> date:
    """The last day of what ends today: yesterday, or the eve of its first day when it never held."""
    return max(today, starts_on) - timedelta(days=1)


def _record(act: str, committee: Committee, summary: str, by: Person | None, at: datetime, **facts: object) -> None:
    record(
        act=f"committee.{act}",
        by=by.pk if by else None,
        at=at,
        on=("committee.committee", committee.pk),
        landlord=None,
        summary=summary,
        facts=facts,
    )
