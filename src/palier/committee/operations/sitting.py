"""Holding a session: opening it, who comes and goes, opening each matter once everybody has declared."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from palier.committee import queries
from palier.committee.models import Item, Mandate, Move, Proxy, Session
from palier.committee.operations.concluding import tell_undecided
from palier.committee.operations.sessions import remember, require_member, rules_of
from palier.committee.rules.agenda import SessionState
from palier.committee.rules.seats import Hold, place
from palier.directory.models import Person
from palier.verdict import Refusal, no, require


@transaction.atomic
def open_session(*, session: Session, by: Person, at: datetime) -> None:
    """Open a convened session; how many seats with a voice are there is counted now, once.

    Raises:
        Refusal: when it is not convened, or before its hour.
    """
    session = _locked(session)
    if session.state is not SessionState.CONVENED:
        raise Refusal(no("committee.not_convened", f"La séance est {session.state.label} : elle ne s’ouvre pas."))
    if at < session.starts_at:
        raise Refusal(no("committee.before_hour", "La séance s’ouvre à l’heure de sa convocation, pas avant."))
    here = {move.mandate_id for move in queries.inside(session=session).values()}
    people = {m.person_id for m in queries.holders_of(session=session) if m.pk in here}
    voiced = [bench for bench in queries.benches(session=session, carried=False) if bench.voting]
    sat = [place(bench.holders, present=people, recused={}).hold is Hold.SITS for bench in voiced]
    session.opened_at = at
    session.opened_seats = len(voiced) if session.written else sum(sat)
    session.save(update_fields=["opened_at", "opened_seats"])
    what = "la consultation écrite" if session.written else f"la séance, sièges avec voix présents : {session.opened_seats}"
    remember(session, "opened", f"a ouvert {what}.", by=by, at=at, seats=session.opened_seats)


@transaction.atomic
def enter(*, session: Session, mandate: Mandate, by: Person, at: datetime, remote: bool = False) -> Move:
    """Record that a member comes in, or goes on otherwise (on the spot, at a distance).

    Who sits for a seat changes at the next matter, not in the middle of one.

    Raises:
        Refusal: when the session takes nobody in, the mandate is of another committee or day, the member is there already,
            or the terms know no remote sitting.
    """
    session = _locked(session)
    _require_held(session, mandate)
    if remote and not rules_of(session).remote:
        raise Refusal(no("committee.not_remote", "Les règles du comité ne permettent pas de siéger à distance."))
    here = queries.inside(session=session).get(mandate.pk)
    if here is not None and here.remote == remote:
        raise Refusal(no("committee.inside", f"{mandate.person.name} est déjà en séance."))
    return _move(session, mandate, by, at, inside=True, remote=remote)


@transaction.atomic
def leave(*, session: Session, mandate: Mandate, by: Person, at: datetime) -> Move:
    """Record that a member goes out.

    Raises:
        Refusal: when the session is not held, or the member is not there.
    """
    session = _locked(session)
    _require_held(session, mandate)
    if mandate.pk not in queries.inside(session=session):
        raise Refusal(no("committee.outside", f"{mandate.person.name} n’est pas en séance."))
    return _move(session, mandate, by, at, inside=False)


def _move(session: Session, mandate: Mandate, by: Person, at: datetime, *, inside: bool, remote: bool = False) -> Move:
    at = after_all(session, at)
    move = Move.objects.create(session=session, mandate=mandate, inside=inside, remote=remote, at=at, by=by)
    way = ("entre en séance à distance" if remote else "entre en séance") if inside else "quitte la séance"
    summary = f"a noté : {mandate.person.name} {way}."
    remember(session, "moved", summary, by=by, at=at, mandate=mandate.pk, inside=inside, remote=remote)
    return move


@transaction.atomic
def designate(*, session: Session, mandate: Mandate, by: Person, at: datetime) -> None:
    """Have a member preside where neither the president nor the vice-president sits.

    Raises:
        Refusal: when the session is not held, or while a poll is open.
    """
    session = _locked(session)
    _require_held(session, mandate)
    _require_no_poll(session)
    session.designated = mandate
    session.save(update_fields=["designated"])
    summary = f"a désigné {mandate.person.name} pour présider à défaut de la présidence et de la vice-présidence."
    remember(session, "designated", summary, by=by, at=at, mandate=mandate.pk)


@transaction.atomic
def give_proxy(*, session: Session, giver: Mandate, carrier: Mandate, by: Person, at: datetime) -> Proxy:
    """Have the voice of an absent member carried by another, who sits for another seat.

    Raises:
        Refusal: when the terms know no proxy, the carrier has as many as they allow, or the giver gave one already.
    """
    session = _locked(session)
    if session.state not in {SessionState.CONVENED, SessionState.OPEN} or session.written:
        raise Refusal(no("committee.no_proxy_now", "Un pouvoir se donne pour une séance convoquée ou ouverte."))
    _require_no_poll(session)
    allowed = rules_of(session).proxies
    if not allowed:
        raise Refusal(no("committee.no_proxies", "Les règles du comité ne permettent pas les pouvoirs."))
    for mandate in (giver, carrier):
        require_member(session, mandate)
    if giver.seat_id == carrier.seat_id:
        raise Refusal(no("committee.own_seat", "Un pouvoir se donne à une personne d’un autre siège."))
    live = session.proxies.filter(withdrawn_at__isnull=True)
    if live.filter(giver__seat=giver.seat_id).exists():
        raise Refusal(no("committee.proxy_given", f"Le siège {giver.seat.number} a déjà donné pouvoir."))
    if live.filter(carrier__person=carrier.person_id).count() >= allowed:
        raise Refusal(
            no(
                "committee.proxies_full",
                f"{carrier.person.name} porte déjà {allowed} pouvoir{'s' if allowed > 1 else ''}, le maximum.",
            )
        )
    proxy = Proxy.objects.create(session=session, giver=giver, carrier=carrier, at=at)
    remember(session, "proxy_given", f"a noté le pouvoir de {giver.person.name} à {carrier.person.name}.", by=by, at=at)
    return proxy


@transaction.atomic
def take_proxy_back(*, proxy: Proxy, by: Person, at: datetime) -> None:
    """Take a proxy back, between two polls; it stays on record.

    Raises:
        Refusal: when it is taken back already, or while a poll is open.
    """
    session = _locked(proxy.session)
    _require_no_poll(session)
    if not session.proxies.filter(pk=proxy.pk, withdrawn_at__isnull=True).update(withdrawn_at=at):
        raise Refusal(no("committee.proxy_back", "Ce pouvoir est déjà repris."))
    remember(session, "proxy_taken_back", f"a noté que {proxy.giver.person.name} reprend son pouvoir.", by=by, at=at)


@transaction.atomic
def open_item(*, item: Item, by: Person, at: datetime) -> None:
    """Open a matter, once everybody who may sit on it has declared; who sits is fixed at that instant.

    Raises:
        Refusal: when the session is not open, another matter is, a declaration is missing or in doubt, or a likely conflict
            is neither confirmed nor dismissed.
    """
    session = _locked(item.session)
    item = (
        Item.objects.select_for_update(of=("self",), no_key=True).select_related("journey__landlord", "session").get(pk=item.pk)
    )
    if session.state is not SessionState.OPEN:
        raise Refusal(no("committee.session_not_open", f"Un point s’ouvre pendant la séance ; elle est {session.state.label}."))
    if item.is_over or item.opened_at is not None:
        raise Refusal(no("committee.item_over", "Ce point est déjà ouvert, traité ou retiré."))
    require(queries.another_under_way(item=item) & queries.waited_for(item=item).verdict)
    item.opened_at = at = after_all(session, at)
    item.save(update_fields=["opened_at"])
    remember(session, "item_opened", f"a ouvert le point « {item.title} ».", by=by, at=at, item=item.pk)


@transaction.atomic
def close_session(*, session: Session, by: Person, at: datetime) -> None:
    """Close a session. What it left undecided waits for a second convocation, or is taken off the agenda; who it was about is told.

    Raises:
        Refusal: when it is not open, a poll is or waits to be voided, or something adopted is not concluded.
    """
    session = _locked(session)
    if session.state is not SessionState.OPEN:
        raise Refusal(no("committee.session_not_open", f"La séance est {session.state.label}."))
    _require_no_poll(session)
    left = session.items.filter(concluded_at__isnull=True, withdrawn_at__isnull=True)
    for item in left.select_related("session__committee", "journey__landlord").order_by("position", "pk"):
        require(queries.settled(item=item))
        if queries.adopted(item=item) is not None:
            raise Refusal(no("committee.adopted_waits", f"« {item.title} » est adopté : concluez d’abord ce point."))
        tell_undecided(item, at)
    session.closed_at = at
    session.save(update_fields=["closed_at"])
    remember(session, "closed", "a clos la séance.", by=by, at=at)


def _locked(session: Session) -> Session:
    return (
        Session.objects.select_for_update(of=("self",), no_key=True)
        .select_related("committee", "designated")
        .get(pk=session.pk)
    )


def after_all(session: Session, at: datetime) -> datetime:
    """An instant after everything already recorded in a session: who came second through the lock may bear the earlier hour."""
    found = Session.objects.filter(pk=session.pk).aggregate(
        moved=Max("moves__at"), item=Max("items__opened_at"), opened=Max("items__polls__opened_at")
    )
    last = max((moment for moment in found.values() if moment is not None), default=None)
    return at if last is None or at > last else last + timedelta(microseconds=1)


def _require_held(session: Session, mandate: Mandate) -> None:
    if session.written or session.state not in {SessionState.CONVENED, SessionState.OPEN}:
        raise Refusal(no("committee.no_room", "Les présences se notent pour une séance convoquée ou ouverte."))
    require_member(session, mandate)


def _require_no_poll(session: Session) -> None:
    if session.items.filter(polls__isnull=False, polls__closed_at__isnull=True).exists():
        raise Refusal(no("committee.poll_open", "Un scrutin est ouvert : clôturez-le d’abord."))
