"""What every act on a mission goes through: its lock, its move along the table, its ledger line, its messages."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from palier.audits.models import Mission
from palier.audits.rules import missions as rules
from palier.audits.rules.missions import BY_ACT, State, follows
from palier.calendar import paris_day
from palier.directory.models import Person
from palier.directory.queries import people_of
from palier.directory.rules import Role
from palier.french import elided
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.outbox.operations import post
from palier.verdict import Refusal, no, require

LANDLORD = frozenset({Role.QUALITY_LEAD, Role.DIRECTOR})


def lock(mission: Mission) -> Mission:
    """The mission as it stands, its row locked until the end of the transaction."""
    return Mission.objects.select_related("landlord", "firm", "auditor").select_for_update(of=("self",)).get(pk=mission.pk)


def move(mission: Mission, act: str, **values: Any) -> Mission:
    """Take a step of the table on a locked mission, with what it writes.

    Raises:
        Refusal: when the mission is not at a state that the step leaves.
    """
    require(follows(act, State(mission.state)))
    values["state"] = BY_ACT[act].target
    for name, value in values.items():
        setattr(mission, name, value)
    mission.save(update_fields=list(values))
    return mission


def reasoned(because: str) -> None:
    """Refuse an empty reason.

    Raises:
        Refusal: when nothing is written.
    """
    if not because.strip():
        raise Refusal(no("audits.reason_missing", "Dites pourquoi, en une phrase : l’autre partie la lira."))


def own(mission: Mission, by: Person) -> None:
    """Refuse an act of the auditor to anybody else.

    Raises:
        Refusal: when the person is not the mission's auditor.
    """
    if mission.auditor_id != by.pk:
        raise Refusal(no("audits.not_your_mission", f"Cette mission est celle {elided('de', mission.auditor.name)}."))


def unfixed(mission: Mission) -> None:
    """Refuse to change a delivered report.

    Raises:
        Refusal: while the report is delivered.
    """
    require(rules.unfixed(State(mission.state), landlord=mission.landlord_id, mission=mission.pk))


def remember(
    mission: Mission,
    act: str,
    *,
    by: Person | None,
    at: datetime,
    summary: str,
    facts: dict[str, Any] | None = None,
    audience: Audience = Audience.LANDLORD,
) -> None:
    """Write the ledger line of an act on a mission."""
    record(
        act=f"audits.{act}",
        by=by.pk if by else None,
        at=at,
        on=("audits.mission", mission.pk),
        landlord=mission.landlord_id,
        summary=summary,
        facts={"audit": mission.audit, "auditor": mission.auditor_id, **(facts or {})},
        audience=audience,
    )


def _file(mission: Mission) -> int | None:
    """The file in whose messages this one is listed: none while auditors are compared, who must not learn of each other."""
    return mission.landlord_id if mission.accepted_at else None


def tell_landlord(
    mission: Mission,
    event: str,
    *,
    at: datetime,
    subject: str,
    body: str,
    undo_key: str = "",
    but: Collection[int] = (),
    roles: frozenset[Role] = LANDLORD,
) -> None:
    """Write to the landlord's people (or ``roles``), ``but`` some of them. All who read the file's history read it: no finding."""
    people = people_of(landlord=mission.landlord_id, roles=roles, on=paris_day(at))
    post(
        event=event,
        to=[person.pk for person in people if person.pk not in but],
        at=at,
        landlord=_file(mission),
        subject=subject,
        body=body,
        link=f"/organismes/{mission.landlord_id}/audits/{mission.pk}/",
        undo_key=undo_key or f"{event}:{mission.pk}",
    )


def tell_auditor(mission: Mission, event: str, *, at: datetime, subject: str, body: str) -> None:
    """Write to the mission's auditor."""
    post(
        event=event,
        to=[mission.auditor_id],
        at=at,
        landlord=_file(mission),
        subject=subject,
        body=body,
        link=f"/missions/{mission.pk}/",
        undo_key=f"{event}:{mission.pk}",
    )
