"""Calling a tenant back: who calls, the calls without an answer, what was done."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from palier.calendar import add_working_days, paris_day
from palier.cases import queries
from palier.cases.models import Case
from palier.cases.operations.asking import link_digest
from palier.cases.operations.writing import locked, move, tell
from palier.cases.rules import TEAM, State, Step, said
from palier.directory.models import Person
from palier.directory.queries import people_of
from palier.french import linked
from palier.outbox.operations import cancel
from palier.verdict import Refusal, no, require


@transaction.atomic
def hand_over(*, case: Case, to: Person, by: Person, at: datetime) -> None:
    """Give a case to somebody of the team; its clock goes on.

    Raises:
        Refusal: when the case is closed, or the person is not of the team.
    """
    found = locked(case, Step.HANDED)
    if not people_of(landlord=found.landlord_id, roles=TEAM, on=paris_day(at)).filter(pk=to.pk).exists():
        raise Refusal(no("cases.not_of_team", f"{to.name} n’est pas de l’équipe."))
    if found.owner_id == to.pk:
        return
    former = found.owner_id
    move(found, Step.HANDED, f"a confié à {to.name} un rappel à {found.residence.name}.", by=by, at=at, text=to.name, owner=to)
    if former:
        cancel(undo_key=f"case:{found.pk}", at=at, people=[former])
    if to != by:
        tell(found, "cases.handed", [to.pk], f"Un rappel vous est confié : {found.residence.name}", at)


@transaction.atomic
def note_call(*, case: Case, reached: bool, text: str, by: Person, at: datetime) -> None:
    """Note a call: the tenant was reached, and the clock stops; or nobody answered, and it goes on.

    Raises:
        Refusal: when the case is not to call, or nothing is said of a call that was answered.
    """
    found = locked(case, Step.CALLED if reached else Step.MISSED)
    name = found.residence.name
    if not reached:
        summary = f"a appelé sans réponse un locataire {linked('de', name)}."
        move(found, Step.MISSED, summary, by=by, at=at, text=text, attempts=found.attempts + 1)
        return
    require(said(text, "ce que le locataire vous a dit, en quelques mots"))
    move(
        found,
        Step.CALLED,
        f"a rappelé un locataire {linked('de', name)}.",
        by=by,
        at=at,
        text=text,
        state=State.CALLED,
        called_at=at,
    )


@transaction.atomic
def handle(*, case: Case, text: str, by: Person, at: datetime) -> None:
    """Say what was done: from then on the tenant says whether it is settled, by a link when they left an address.

    Raises:
        Refusal: when the tenant was not called back, or nothing is said.
    """
    found = locked(case, Step.HANDLED)
    require(said(text, "ce qui a été fait"))
    terms = queries.terms_of(landlord=found.landlord_id)
    answer_by = add_working_days(paris_day(at), terms.silence_days)
    move(
        found, Step.HANDLED, f"a traité la demande d’un locataire {linked('de', found.residence.name)}.", by=by, at=at, text=text,
        state=State.ASKED, asked_at=at, answer_by=answer_by, link_digest=link_digest(found), link_sent_at=None,
    )  # fmt: skip


@transaction.atomic
def close_unreached(*, case: Case, by: Person, at: datetime) -> None:
    """Close a case whose tenant never answered the calls.

    Raises:
        Refusal: when the case is not to call, or too few calls were made.
    """
    found = locked(case, Step.UNREACHED)
    summary = f"a clos sans avoir joint le locataire un rappel à {found.residence.name}."
    move(found, Step.UNREACHED, summary, by=by, at=at, state=State.UNREACHED, closed_at=at)
