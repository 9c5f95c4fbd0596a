"""Preparing a session: its agenda, its convocation with the frozen files, the replies, the second convocation."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from palier.calendar import PARIS, in_words, paris_day
from palier.committee import queries
from palier.committee.models import Committee, Dossier, Item, Mandate, SeatReply, Session, TermsVersion
from palier.committee.operations.agenda import placeable
from palier.committee.rules.agenda import Coming, SessionState, matter_of
from palier.committee.rules.terms import Matter, Terms
from palier.directory import operations as directory
from palier.directory.models import Person
from palier.label.rules.stages import Stage
from palier.ledger.operations import record
from palier.ledger.rules import Audience, canonical
from palier.outbox.operations import post, unsay
from palier.verdict import Refusal, no, require

Json = dict[str, Any]


@transaction.atomic
def prepare(
    *,
    committee: Committee,
    starts_at: datetime,
    ends_at: datetime,
    by: Person,
    at: datetime,
    written: bool = False,
    place: str = "",
    remote_link: str = "",
    first: Session | None = None,
) -> Session:
    """Prepare a session of a committee, or a written consultation that runs until ``ends_at``.

    Raises:
        Refusal: when it ends before it starts, starts in the past, or the terms of that day know no such session.
    """
    _require_times(starts_at, ends_at, at)
    rules = queries.terms_of(terms_in_force(committee, paris_day(starts_at)))
    if written and not rules.written:
        raise Refusal(no("committee.not_written", "Les règles du comité ne permettent pas la consultation écrite."))
    if remote_link and not rules.remote:
        raise Refusal(no("committee.not_remote", "Les règles du comité ne permettent pas de siéger à distance."))
    Committee.objects.select_for_update(no_key=True).get(pk=committee.pk)
    last = committee.sessions.aggregate(last=Max("number"))["last"] or 0
    session = Session.objects.create(
        committee=committee,
        number=last + 1,
        written=written,
        starts_at=starts_at,
        ends_at=ends_at,
        place=place.strip(),
        remote_link=remote_link,
        first=first,
        created_at=at,
    )
    what = "la consultation écrite" if written else "la séance"
    remember(session, "session_prepared", f"a préparé {what} n° {session.number} du {_day(session)}.", by=by, at=at)
    return session


def _require_times(starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    if ends_at <= starts_at:
        raise Refusal(no("committee.session_times", "La séance finit avant de commencer : corrigez l’une des deux heures."))
    if starts_at < at:
        raise Refusal(no("committee.session_past", "La séance commence dans le passé : choisissez une date à venir."))


@transaction.atomic
def move(*, session: Session, starts_at: datetime, ends_at: datetime, by: Person, at: datetime) -> None:
    """Hold a session at another time; nobody was convened yet. Its agenda stays.

    Raises:
        Refusal: once it is convened, when it ends before it starts or starts in the past, or no terms hold on that day.
    """
    session = preparing(session)
    _require_times(starts_at, ends_at, at)
    terms_in_force(session.committee, paris_day(starts_at))
    before = _day(session)
    session.starts_at, session.ends_at = starts_at, ends_at
    session.save(update_fields=["starts_at", "ends_at"])
    remember(session, "session_moved", f"a reporté la séance du {before} au {_day(session)}.", by=by, at=at)


@transaction.atomic
def add_item(
    *,
    session: Session,
    matter: Matter,
    title: str,
    by: Person,
    at: datetime,
    presentation: str = "",
    text: Json | None = None,
    missed: Item | None = None,
    **about: Any,
) -> Item:
    """Put a matter on the agenda, last.

    ``missed`` is the matter of a first session that missed its quorum. ``about`` is what it bears on: ``journey``, ``firm`` and ``candidate``, ``accreditation``, ``rule_set``, ``grid`` or
    ``minutes_of``, and the effect proposed, as plain data (``proposal``). ``text`` is what a room above proposes (minutes): the
    file of the matter is frozen with it at once. A landlord's file opens again to who was recused from an earlier matter: each declares anew.

    Raises:
        Refusal: once the session is convened, when what it bears on is on another agenda, or could not be decided.
    """
    session = preparing(session)
    if not title.strip():
        raise Refusal(no("committee.item_title", "Donnez un intitulé au point."))
    require(placeable(matter=matter, about=about, on=paris_day(at)))
    if (journey := about.get("journey")) is not None:
        directory.let_back_in(landlord=journey.landlord, but=(), by=by, at=at)
    last = session.items.aggregate(last=Max("position"))["last"] or 0
    item = Item.objects.create(
        session=session,
        position=last + 1,
        matter=matter,
        title=title.strip(),
        presentation=presentation.strip(),
        missed=missed,
        **about,
    )
    summary = f"a inscrit à l’ordre du jour de la séance n° {session.number} : {item.title}."
    remember(session, "item_added", summary, by=by, at=at, item=item.pk)
    if text is not None:
        _freeze(item, by, at, text)
    return item


@transaction.atomic
def restate(*, item: Item, text: Json, by: Person, at: datetime) -> None:
    """Propose another text on a matter that a room above writes; its file is frozen anew.

    Raises:
        Refusal: once the session is convened: its members have read the former one.
    """
    session = preparing(item.session)
    file = _freeze(item, by, at, text)
    summary = f"a mis à jour le texte proposé au point « {item.title} »."
    remember(session, "item_restated", summary, by=by, at=at, item=item.pk, file=file.digest)


@transaction.atomic
def add_ready(*, session: Session, by: Person, at: datetime) -> list[Item]:
    """Put every journey that waits for the committee on the agenda, those that wait longest first."""
    found = []
    for journey in queries.ready(on=paris_day(at)):
        matter = matter_of(Stage(journey.stage), cycle=journey.cycle)
        if matter is not None:
            title = f"{journey.landlord.name} : {matter.label.lower()}"
            found.append(add_item(session=session, matter=matter, title=title, journey=journey, by=by, at=at))
    return found


@transaction.atomic
def place_item(*, item: Item, position: int, by: Person, at: datetime) -> None:
    """Give a matter another place on the agenda, from 1; the others make room.

    Raises:
        Refusal: once the session is convened.
    """
    session = preparing(item.session)
    live = list(session.items.filter(withdrawn_at__isnull=True).order_by("position"))
    if item.pk not in {row.pk for row in live}:
        raise Refusal(no("committee.item_over", "Ce point est déjà traité ou retiré."))
    order = [row for row in live if row.pk != item.pk]
    order.insert(max(position, 1) - 1, item)
    for number, row in zip([row.position for row in live], order, strict=True):
        Item.objects.filter(pk=row.pk).update(position=number)
    remember(session, "item_placed", f"a déplacé à l’ordre du jour : {item.title}.", by=by, at=at, item=item.pk)


@transaction.atomic
def take_off(*, item: Item, because: str, by: Person, at: datetime) -> None:
    """Take a matter off the agenda, with its reason; what it bears on is free again.

    Raises:
        Refusal: without a reason, when it is over, or while a poll is open on it or waits to be voided.
    """
    session = Session.objects.select_for_update(no_key=True).get(pk=item.session_id)
    item = Item.objects.select_for_update(of=("self",), no_key=True).select_related("session").get(pk=item.pk)
    if not because.strip():
        raise Refusal(no("committee.reason_missing", "Écrivez pourquoi ce point est retiré : les membres le liront."))
    if item.is_over:
        raise Refusal(no("committee.item_over", "Ce point est déjà traité ou retiré."))
    if item.polls.filter(closed_at__isnull=True).exists():
        raise Refusal(no("committee.poll_open", "Un scrutin est ouvert sur ce point : clôturez-le d’abord."))
    require(queries.settled(item=item))
    if queries.adopted(item=item) is not None:
        raise Refusal(
            no(
                "committee.adopted_already",
                "Une proposition est déjà adoptée sur ce point : concluez-le, ou annulez son scrutin.",
            )
        )
    item.withdrawn_at, item.withdrawn_because = at, because.strip()
    item.save(update_fields=["withdrawn_at", "withdrawn_because"])
    remember(
        session, "item_taken_off", f"a retiré de l’ordre du jour : {item.title}. {because.strip()}", by=by, at=at, item=item.pk
    )


@transaction.atomic
def convene(*, session: Session, by: Person, at: datetime) -> None:
    """Convene titulars and substitutes: the file of each matter is frozen, and everybody receives the agenda.

    Raises:
        Refusal: with an empty agenda, or when the notice that the terms ask for is not left.
    """
    session = preparing(session)
    agenda = list(queries.items(session=session).filter(withdrawn_at__isnull=True))
    if not agenda:
        raise Refusal(no("committee.empty_agenda", "L’ordre du jour est vide : inscrivez au moins un point."))
    rules = rules_of(session)
    require(queries.may_convene(session=session, terms=rules, on=paris_day(at)))
    frozen = {str(item.pk): _frozen(item, by, at).digest for item in agenda}
    session.convened_at = at
    session.save(update_fields=["convened_at"])
    again = "seconde convocation, " if session.first_id else ""
    remember(
        session,
        "convened",
        f"a convoqué le comité, {again}séance n° {session.number} du {_day(session)}.",
        by=by,
        at=at,
        files=frozen,
    )
    points = "\n".join(f"{number}. {item.title}" for number, item in enumerate(agenda, 1))
    where = f"Lieu : {session.place}. " if session.place else ""
    asked = (
        f"Donnez votre voix au plus tard le {in_words(paris_day(session.ends_at))}"
        if session.written
        else "Dites si vous venez"
    )
    until = "d’abord" if session.written else "avant la séance"
    _tell(
        session,
        {mandate.person_id for mandate in queries.holders_of(session=session)},
        f"Convocation du {_day(session)}",
        f"{_hours(session)} {where}Ordre du jour :\n{points}\n\n{asked} et déclarez vos liens avec chaque dossier {until}.",
        at=at,
        undo_key=_convocation(session),
    )


def _frozen(item: Item, by: Person, at: datetime) -> Dossier:
    """The file of a matter as the convocation finds it: frozen now, unless a room above proposed its text before."""
    return item.dossiers.order_by("-number").first() or _freeze(item, by, at)


def _freeze(item: Item, by: Person, at: datetime, text: Json | None = None) -> Dossier:
    """Freeze the file of a matter as it stands."""
    content = queries.dossier_content(item=item, on=paris_day(at)) | ({"text": text} if text else {})
    digest = hashlib.sha256(canonical(content)).hexdigest()
    number = item.dossiers.count() + 1
    return Dossier.objects.create(item=item, number=number, content=content, digest=digest, frozen_at=at, frozen_by=by)


def close_files(item: Item, by: Person, at: datetime) -> None:
    """Close the landlord's file to whom a matter is closed: pages, files, counts, messages, API."""
    if item.journey is not None:
        directory.shut_out(landlord=item.journey.landlord, people=queries.kept_out(item=item), by=by, at=at)


@transaction.atomic
def cancel(*, session: Session, because: str, by: Person, at: datetime) -> None:
    """Cancel a session that was not opened; its matters are free again, and whoever was to sit is told once it is convened.

    A convocation that has not left yet never does: who would have received it, and did not answer it from the page, is
    told nothing. One that failed is not sent again, and its member is told: they may have been convened another way.

    Raises:
        Refusal: without a reason, or once it is open.
    """
    session = Session.objects.select_for_update(of=("self",), no_key=True).select_related("committee").get(pk=session.pk)
    if not because.strip():
        raise Refusal(no("committee.reason_missing", "Écrivez pourquoi la séance est annulée : les membres le liront."))
    if session.state not in {SessionState.PREPARED, SessionState.CONVENED}:
        raise Refusal(
            no("committee.session_not_open_to_change", f"La séance est {session.state.label} : elle ne s’annule plus.")
        )
    session.items.filter(withdrawn_at__isnull=True).update(
        withdrawn_at=at, withdrawn_because=f"Séance annulée. {because.strip()}"
    )
    session.cancelled_at, session.cancelled_because = at, because.strip()
    session.save(update_fields=["cancelled_at", "cancelled_because"])
    remember(session, "session_cancelled", f"a annulé la séance du {_day(session)} : {because.strip()}", by=by, at=at)
    if session.convened_at:
        unsaid, answered = unsay(undo_key=_convocation(session), at=at), queries.replies(session=session)
        members = queries.holders_of(session=session, on=paris_day(at))
        told = {member.person_id for member in members if member.person_id not in unsaid or member.pk in answered}
        _tell(session, told, f"La séance du {_day(session)} est annulée", because.strip(), at=at)


@transaction.atomic
def reply(*, session: Session, mandate: Mandate, coming: Coming, by: Person, at: datetime) -> SeatReply:
    """Say whether a member comes; another answer may follow until the session opens.

    Raises:
        Refusal: when the session is not convened or is open already, or the terms know no remote sitting.
    """
    session = Session.objects.select_for_update(of=("self",), no_key=True).select_related("committee").get(pk=session.pk)
    if session.state is not SessionState.CONVENED:
        raise Refusal(no("committee.not_convened", f"La séance est {session.state.label} : on n’y répond plus."))
    require_member(session, mandate)
    if coming is Coming.REMOTE and not rules_of(session).remote:
        raise Refusal(no("committee.not_remote", "Les règles du comité ne permettent pas de siéger à distance."))
    answer = SeatReply.objects.create(session=session, mandate=mandate, coming=coming, at=at)
    summary = f"a répondu à la convocation du {_day(session)} : {mandate.person.name} {coming.label}."
    remember(session, "replied", summary, by=by, at=at, mandate=mandate.pk)
    return answer


def preparing(session: Session) -> Session:
    """A session still in preparation, locked.

    Raises:
        Refusal: once it was convened or cancelled.
    """
    locked = Session.objects.select_for_update(of=("self",), no_key=True).select_related("committee").get(pk=session.pk)
    if locked.state is not SessionState.PREPARED:
        raise Refusal(no("committee.agenda_sent", f"La séance est {locked.state.label} : son ordre du jour ne change plus."))
    return locked


WHAT_IT_CHANGES = ("journey__landlord", "firm", "candidate", "accreditation__person", "rule_set")


def locked(item: Item, *related: str) -> tuple[Session, Item]:
    """A matter, read with what it bears on if asked to, and its session, locked in this order."""
    session = (
        Session.objects.select_for_update(of=("self",), no_key=True)
        .select_related("committee", "designated")
        .get(pk=item.session_id)
    )
    found = Item.objects.select_for_update(of=("self",), no_key=True).select_related(*related).get(pk=item.pk)
    found.session = session
    return session, found


def terms_in_force(committee: Committee, on: date) -> TermsVersion:
    """The terms of a committee on a day.

    Raises:
        Refusal: when there are none.
    """
    found = queries.terms_on(committee=committee, on=on)
    if found is None:
        raise Refusal(no("committee.no_terms", f"Aucune règle ne vaut le {in_words(on)} : publiez-en."))
    return found


def rules_of(session: Session) -> Terms:
    """What the terms say on the day of a session."""
    return queries.terms_of(terms_in_force(session.committee, paris_day(session.starts_at)))


def require_member(session: Session, mandate: Mandate) -> None:
    """Go on only for a mandate of the session's committee, in force on its day, or that starts while it is consulted in writing.

    Raises:
        Refusal: for any other.
    """
    on = paris_day(session.starts_at)
    last = paris_day(session.ends_at) if session.written else on
    in_force = mandate.starts_on <= last and (mandate.ends_on is None or mandate.ends_on >= on)
    if mandate.committee_id != session.committee_id or not in_force:
        raise Refusal(no("committee.not_of_session", "Cette personne n’a pas de mandat dans ce comité le jour de la séance."))


def _convocation(session: Session) -> str:
    """What the convocations of a session are taken back by."""
    return f"session:{session.pk}"


def _tell(session: Session, to: Collection[int], subject: str, body: str, *, at: datetime, undo_key: str = "") -> None:
    """Write to members about a session, with the file for their calendar."""
    post(
        event="committee.convened",
        to=to,
        at=at,
        subject=subject,
        body=body,
        link=f"/comites/{session.committee_id}/seances/{session.number}/",
        attachment=queries.calendar_of(session=session, at=at),
        undo_key=undo_key,
    )


def remember(session: Session, act: str, summary: str, *, by: Person | None, at: datetime, **facts: Any) -> int:
    """Write an act of a session in the ledger, for the label's team; the number of its line."""
    entry = record(
        act=f"committee.{act}",
        by=by.pk if by else None,
        at=at,
        on=("committee.session", session.pk),
        landlord=None,
        summary=summary,
        facts=facts,
        audience=Audience.SCHEME,
    )
    return entry.number


def _day(session: Session) -> str:
    return in_words(paris_day(session.starts_at))


def _hours(session: Session) -> str:
    """When a session is held, or until when a consultation runs, by the clocks of Paris."""
    start, end = session.starts_at.astimezone(PARIS), session.ends_at.astimezone(PARIS)
    first = in_words(start.date(), weekday=True)
    if session.written:
        return f"Consultation écrite, du {first}, {start:%H:%M}, au {in_words(end.date(), weekday=True)}, {end:%H:%M}."
    return f"Séance n° {session.number}, {first}, de {start:%H:%M} à {end:%H:%M}."
