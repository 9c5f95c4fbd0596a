"""What every act on a case shares: its row locked, its step, its line in the ledger, the people told. No line names a tenant."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from palier.cases.models import Case, CaseStep
from palier.cases.rules import State, Step, Urgency, may
from palier.directory.models import Person
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.outbox.operations import post
from palier.verdict import require


def locked(case: Case, step: Step) -> Case:
    """The case as it stands, its row locked, when it may take this step.

    Raises:
        Refusal: when it may not.
    """
    found = Case.objects.select_for_update(of=("self",)).select_related("residence", "owner", "landlord").get(pk=case.pk)
    require(may(step, State(found.state), attempts=found.attempts))
    return found


def move(case: Case, step: Step, summary: str, *, by: Person | None, at: datetime, text: str = "", **fields: Any) -> None:
    """Save these columns of a locked case, with its step and its line."""
    for name, value in fields.items():
        setattr(case, name, value)
    if fields:
        case.save(update_fields=list(fields))
    CaseStep.objects.create(case=case, step=step, at=at, by=by, text=text.strip())
    record(
        act=f"cases.{step}",
        by=by.pk if by else None,
        at=at,
        on=("cases.case", case.pk),
        landlord=case.landlord_id,
        summary=summary,
        facts={"residence": case.residence_id, "urgency": str(case.urgency), "level": case.level, "round": case.round},
        audience=Audience.LANDLORD,
    )


def tell(case: Case, event: str, to: Collection[int], subject: str, at: datetime) -> None:
    """Tell people of a case, of a danger at once whatever happens to it; the words of the tenant stay on its page.

    Only what made somebody its owner is taken back once it is handed over.
    """
    owns = event in {"cases.opened", "cases.handed"} and case.urgency != Urgency.DANGER
    post(
        event="cases.danger" if case.urgency == Urgency.DANGER else event,
        to=to,
        at=at,
        subject=subject[:200],
        body=f"{'. '.join(case.reasons)}.",
        landlord=case.landlord_id,
        link=f"/organismes/{case.landlord_id}/rappels/{case.pk}/",
        undo_key=f"case:{case.pk}" if owns else "",
    )
