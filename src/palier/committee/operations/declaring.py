"""Declare first: what each member says of a matter before it opens, and who takes no part in it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from palier.calendar import paris_day
from palier.committee import queries
from palier.committee.models import Ballot, ConflictReview, Declaration, Item, Mandate, Recusal, Session
from palier.committee.operations.sessions import close_files, remember, require_member
from palier.committee.rules.agenda import SessionState
from palier.committee.rules.conflicts import Clue, Interest
from palier.committee.rules.seats import Recusal as Reach
from palier.directory import operations as directory
from palier.directory.models import Person
from palier.verdict import Refusal, no


@transaction.atomic
def declare(*, item: Item, mandate: Mandate, interest: Interest, by: Person, at: datetime, text: str = "") -> Declaration:
    """Declare one's link with a matter. Who declares a link is recused at once, alone.

    Raises:
        Refusal: when the matter is over, or was opened and this member had declared; when a link is declared without saying
            which.
    """
    item = _not_voted(item, by) if item.session.written else _not_sat(item, mandate)
    _require_one_of(item, mandate)
    if mandate.person_id != by.pk:
        raise Refusal(no("committee.declare_oneself", "Chacun déclare ses propres liens."))
    if interest is Interest.INTEREST and not text.strip():
        raise Refusal(no("committee.which_interest", "Dites quel est ce lien, en quelques mots."))
    declaration = Declaration.objects.create(item=item, mandate=mandate, interest=interest, text=text.strip(), at=at)
    remember(
        item.session,
        "declared",
        f"a déclaré sur « {item.title} » : {interest.label.lower()}.",
        by=by,
        at=at,
        item=item.pk,
        mandate=mandate.pk,
        interest=interest.value,
    )
    if interest is Interest.INTEREST and mandate.person_id not in queries.recused(item=item):
        _keep_out(item, mandate, Reach.PERSONAL, text, by, at)
    return declaration


@transaction.atomic
def review(*, item: Item, clue: Clue, confirmed: bool, reason: str, by: Person, at: datetime) -> ConflictReview:
    """Confirm a likely conflict, which recuses the member, or dismiss it. The answer holds for the sessions to come too.

    Raises:
        Refusal: without a reason, when the matter is over, or while a poll is open on it.
    """
    # Who comes late is looked at late: between two polls; in writing, where the poll runs for days, dismissing needs no pause.
    item = _locked(item) if item.session.written and not confirmed else _between_polls(item)
    if not reason.strip():
        raise Refusal(no("committee.review_reason", "Écrivez pourquoi : la réponse vaudra aussi pour les séances à venir."))
    members = {m.person_id: m for m in queries.holders_of(session=item.session, on=paris_day(at))}
    mandate = members.get(clue.person)
    if mandate is None or clue not in queries.clues(item=item, mandates=[mandate]):
        raise Refusal(
            no("committee.no_such_clue", "Ce lien possible ne concerne pas ce point, ou vient de changer : relisez-le.")
        )
    made = ConflictReview.objects.create(
        person=mandate.person,
        organisation_id=clue.organisation,
        ground=clue.ground,
        detail=clue.detail,
        confirmed=confirmed,
        reason=reason.strip(),
        by=by,
        at=at,
    )
    word = "a confirmé" if confirmed else "a écarté"
    summary = f"{word} un lien possible sur « {item.title} » : {mandate.person.name} {clue.ground.label}. {reason.strip()}"
    remember(item.session, "conflict_reviewed", summary, by=by, at=at, item=item.pk, mandate=mandate.pk)
    if confirmed and clue.person not in queries.recused(item=item):
        reach = Reach.INSTITUTIONAL if clue.ground.of_body else Reach.PERSONAL
        recuse(item=item, mandate=mandate, reach=reach, because=reason, by=by, at=at)
    return made


@transaction.atomic
def recuse(*, item: Item, mandate: Mandate, reach: Reach, because: str, by: Person, at: datetime) -> Recusal:
    """Keep a member out of a matter, alone or with the whole seat.

    Raises:
        Refusal: without a reason, when the member is recused already, or while a poll is open on the matter.
    """
    item = _between_polls(item)
    _require_one_of(item, mandate)
    if not because.strip():
        raise Refusal(no("committee.recusal_reason", "Écrivez le motif de la récusation : il figurera au procès-verbal."))
    if mandate.person_id in queries.recused(item=item):
        raise Refusal(no("committee.recused_already", f"{mandate.person.name} ne prend déjà plus part à ce point."))
    return _keep_out(item, mandate, reach, because, by, at)


def _keep_out(item: Item, mandate: Mandate, reach: Reach, because: str, by: Person, at: datetime) -> Recusal:
    recusal = Recusal.objects.create(item=item, mandate=mandate, reach=reach, because=because.strip(), by=by, at=at)
    summary = f"a récusé {mandate.person.name} sur « {item.title} » ({reach.label})."
    remember(item.session, "recused", summary, by=by, at=at, item=item.pk, mandate=mandate.pk, reach=reach.value)
    close_files(item, by, at)
    return recusal


@transaction.atomic
def lift(*, recusal: Recusal, because: str, by: Person, at: datetime) -> None:
    """Lift a recusal before the matter opens; it stays on record.

    Raises:
        Refusal: without a reason, when it is lifted already, or the matter was opened.
    """
    item = _not_opened(recusal.item)
    if not because.strip():
        raise Refusal(no("committee.lift_reason", "Écrivez pourquoi la récusation est levée : cela figurera au procès-verbal."))
    changed = Recusal.objects.filter(pk=recusal.pk, lifted_at__isnull=True).update(lifted_at=at, lifted_because=because.strip())
    if not changed:
        raise Refusal(no("committee.lifted_already", "Cette récusation est déjà levée."))
    summary = f"a levé la récusation de {recusal.mandate.person.name} sur « {item.title} ». {because.strip()}"
    remember(item.session, "recusal_lifted", summary, by=by, at=at, item=item.pk, mandate=recusal.mandate_id)
    if item.journey is not None:
        directory.let_back_in(landlord=item.journey.landlord, but=queries.kept_out(item=item), by=by, at=at)


def _require_one_of(item: Item, mandate: Mandate) -> None:
    """Go on only for a member of the session's day, while the session goes on."""
    require_member(item.session, mandate)
    if item.session.state in {SessionState.CLOSED, SessionState.CANCELLED}:
        raise Refusal(no("committee.session_over", f"La séance est {item.session.state.label}."))


def _between_polls(item: Item) -> Item:
    found = _locked(item)
    if found.polls.filter(closed_at__isnull=True).exists():
        raise Refusal(no("committee.poll_open", "Un scrutin est ouvert sur ce point : clôturez-le d’abord."))
    return found


def _locked(item: Item) -> Item:
    """A matter that is not over, locked after its session."""
    Session.objects.select_for_update(no_key=True).get(pk=item.session_id)  # before the item, like every other operation
    found = (
        Item.objects.select_for_update(of=("self",), no_key=True)
        .select_related("session__committee", "journey__landlord")
        .get(pk=item.pk)
    )
    if found.is_over:
        raise Refusal(no("committee.item_over", "Ce point est déjà traité ou retiré."))
    return found


def _not_voted(item: Item, person: Person) -> Item:
    """In writing, one declares until one votes."""
    found = _locked(item)
    if Ballot.objects.filter(poll__item=found, by=person).exists():
        raise Refusal(no("committee.voted_already", "Vous avez déjà voté sur ce point : la déclaration était à faire avant."))
    return found


def _not_sat(item: Item, mandate: Mandate) -> Item:
    """In a session, one declares before the matter opens; who came since, or is not sure, between two polls."""
    found = _between_polls(item)
    said = queries.declarations(item=found).get(mandate.pk)
    if found.opened_at is not None and said is not None and said.interest != Interest.UNKNOWN:
        raise _too_late()
    return found


def _not_opened(item: Item) -> Item:
    found = _between_polls(item)
    if found.opened_at is not None:
        raise _too_late()
    return found


def _too_late() -> Refusal:
    return Refusal(no("committee.item_opened", "Ce point est ouvert : les déclarations étaient à faire avant."))
