"""The tenant says whether it is settled: by a light link, or on the phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.crypto import salted_hmac

from palier.calendar import paris_day
from palier.cases import queries
from palier.cases.models import Case, CaseStep
from palier.cases.operations.writing import locked, move, tell
from palier.cases.rules import State, Step, Urgency, call_by
from palier.directory.models import Person
from palier.directory.queries import people_of
from palier.directory.rules import Role, digest_of
from palier.french import linked
from palier.outbox.operations import Undeliverable, Unreachable

Send = Callable[[Case, str], None]


def link_token(case: Case) -> str:
    """The token of the link of a case that is asked: made again from the installation's key, kept nowhere."""
    return salted_hmac("palier.cases.link", f"{case.pk}:{case.round}", algorithm="sha256").hexdigest()[:32]


def link_digest(case: Case) -> str:
    """The fingerprint by which the link is known again."""
    return digest_of(link_token(case))


def send_links(*, at: datetime, send: Send, limit: int = 200) -> int:
    """Send each tenant who left an address the link by which they say whether it is settled; how many left.

    Each one is marked as its letter leaves: a worker killed in between sends one twice, never none. A refused address is told
    on the case; a mail server that does not answer is asked again the next time.
    """
    left = 0
    for case in queries.links_to_send()[:limit]:
        try:
            send(case, link_token(case))
        except Unreachable:
            break
        except Undeliverable:
            CaseStep.objects.create(case=case, step=Step.UNSENT, at=at)
        left += Case.objects.filter(pk=case.pk, link_sent_at__isnull=True).update(link_sent_at=at)
    return left


@transaction.atomic
def answer_by_link(*, case: Case, settled: bool, text: str, at: datetime) -> None:
    """The tenant says by their link whether it is settled; said twice the same way, it counts once.

    Raises:
        Refusal: when the case is no longer asked.
    """
    _answer(case, settled=settled, text=text, by=None, at=at)


@transaction.atomic
def note_answer(*, case: Case, settled: bool, text: str, by: Person, at: datetime) -> None:
    """Note what the tenant said on the phone.

    Raises:
        Refusal: when the case is not asked.
    """
    _answer(case, settled=settled, text=text, by=by, at=at)


def _answer(case: Case, *, settled: bool, text: str, by: Person | None, at: datetime) -> None:
    if settled and Case.objects.filter(pk=case.pk, state=State.SETTLED).exists():
        return
    found = locked(case, Step.SETTLED if settled else Step.UNSETTLED)
    name = linked("de", found.residence.name)
    if settled:
        move(
            found,
            Step.SETTLED,
            f"a noté la réponse d’un locataire {name} : c’est réglé.",
            by=by,
            at=at,
            text=text,
            state=State.SETTLED,
            closed_at=at,
        )
        return
    today = paris_day(at)
    due_on = call_by(today, Urgency(found.urgency), queries.terms_of(landlord=found.landlord_id))
    move(
        found, Step.UNSETTLED, f"a noté la réponse d’un locataire {name} : ce n’est pas réglé.", by=by, at=at, text=text, state=State.TO_CALL,
        closed_at=None, due_on=due_on, round=found.round + 1, attempts=0, level=1,
    )  # fmt: skip
    leads = people_of(landlord=found.landlord_id, roles=frozenset({Role.QUALITY_LEAD}), on=today)
    to = {*leads.values_list("pk", flat=True), *([found.owner_id] if found.owner_id else [])}
    tell(found, "cases.climbed", to, f"Pas réglé, selon le locataire : {found.residence.name}", at)
