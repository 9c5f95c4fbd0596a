"""Approved minutes signed by the chair and locked; a correction is a new version."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from palier.calendar import PARIS, paris_day
from palier.directory.models import Person
from palier.ledger.queries import attestation
from palier.ledger.rules import sha256_of
from palier.minutes import queries
from palier.minutes.models import Copy, Debate, Minutes
from palier.minutes.operations.writing import locked, remember, tell
from palier.minutes.rules.life import State
from palier.minutes.rules.reading import without
from palier.verdict import Refusal, no


@transaction.atomic
def sign(*, minutes: Minutes, by: Person, at: datetime) -> list[Copy]:
    """Sign approved minutes, for the chair: each copy is attested by a line of the ledger, and nothing changes any more.

    Whoever has a matter closed to them gets a copy without it; so does a chair, whose signature then leaves it out.

    Raises:
        Refusal: before the approval, or from anybody but the president or vice-president in office.
        NoKey: when the ledger has no key to sign its head with.
    """
    minutes = locked(minutes)
    session = minutes.session
    if (
        minutes.state is not State.APPROVED
        or minutes.content is None
        or minutes.approval is None
        or minutes.approval.concluded_at is None
    ):
        raise Refusal(no("minutes.not_to_sign", f"Le procès-verbal est {minutes.state.label} : il n’y a rien à signer."))
    office = queries.signer(committee_id=session.committee_id, person=by, on=paris_day(at))
    if office is None:
        raise Refusal(
            no("minutes.not_the_chair", "Le procès-verbal est signé par la présidence ou la vice-présidence de ce comité.")
        )
    head = attestation()
    unread = queries.withheld(session=session, person=by)
    minutes.signed_at, minutes.signed_by = at, by
    payload = minutes.content | {
        "approved": {
            "session": minutes.approval.session.number,
            "on": paris_day(minutes.approval.concluded_at).isoformat(),
            "sha256": sha256_of(minutes.content),
        },
        "signed": {"name": by.name, "office": office.label, "at": at.astimezone(PARIS).isoformat(timespec="seconds")},
        "ledger": {"origin": head.origin, "number": head.number, "digest": head.digest, "note": head.note} if head else None,
    }
    copies = [_copy(minutes, payload, positions, unread, by, at) for positions in queries.copy_sets(session=session)]
    minutes.save(update_fields=["signed_at", "signed_by"])
    tell(
        minutes,
        queries.attendees(session=session),
        f"Procès-verbal signé : {session.committee.name}, séance n° {session.number}",
        "Le procès-verbal est approuvé et signé. Son PDF et ses données sont sur sa page.",
        at=at,
    )
    return copies


def _copy(
    minutes: Minutes, payload: dict[str, Any], positions: tuple[int, ...], unread: Collection[int], by: Person, at: datetime
) -> Copy:
    """The copy of those to whom some matters are closed, and the line that attests it."""
    except_for = sorted(set(unread) - set(positions))
    content = without(payload, positions)
    content = content | {"withheld": list(positions), "signed": content["signed"] | {"except": except_for}}
    digest = sha256_of(content)
    whose = "" if not positions else ", pour qui ne siège pas sur tous les points"
    line = remember(
        minutes,
        "signed",
        f"a signé le procès-verbal de la séance n° {minutes.session.number}, version {minutes.number}{whose}.",
        by=by,
        at=at,
        attests=content,
    )
    return Copy.objects.create(minutes=minutes, withheld=list(positions), content=content, digest=digest, entry=line.number)


@transaction.atomic
def correct(*, minutes: Minutes, because: str, by: Person, at: datetime) -> Minutes:
    """Start a new version of signed minutes, which names the one that it corrects; the signed one stays as it is.

    Raises:
        Refusal: without a reason, before the signature, or when a correction is already under way.
    """
    minutes = locked(minutes)
    if not because.strip():
        raise Refusal(no("minutes.correction_reason", "Écrivez ce que la correction change, et pourquoi."))
    if minutes.state is not State.SIGNED:
        raise Refusal(no("minutes.not_signed", f"Le procès-verbal est {minutes.state.label} : modifiez-le directement."))
    if Minutes.objects.filter(replaces=minutes).exists():
        raise Refusal(no("minutes.corrected", "Cette version a déjà sa correction."))
    made = Minutes.objects.create(
        session=minutes.session,
        number=minutes.number + 1,
        preamble=minutes.preamble,
        drafted_at=at,
        drafted_by=by,
        replaces=minutes,
        because=because.strip(),
    )
    Debate.objects.bulk_create(Debate(minutes=made, item_id=one.item_id, text=one.text) for one in minutes.debates.all())
    summary = f"a commencé une correction du procès-verbal de la séance n° {minutes.session.number}."
    remember(made, "correction_started", summary, by=by, at=at)
    return made
