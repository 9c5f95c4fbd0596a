"""Answering. No act here writes a ledger line: its place and its hour would say who gave which answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db import connection, transaction

from palier.answers import queries
from palier.answers.models import Draft, Slip
from palier.answers.rules.completeness import partial
from palier.answers.rules.groups import Groups
from palier.answers.sealing import draft_row, open_slip, seal_draft, seal_slip, slip_row
from palier.questionnaires.queries import built
from palier.questionnaires.rules.engine import settled
from palier.questionnaires.rules.form import Pace, Value
from palier.questionnaires.rules.holding import whole
from palier.surveys.models import Invitation
from palier.surveys.operations import note_answer
from palier.surveys.queries import Addressee
from palier.surveys.rules.contact import Mode
from palier.verdict import Conflict, no, require


def keep_draft(*, invitation: Invitation, token: str, said: Mapping[str, Value]) -> None:
    """Keep an answer in progress where only its link finds it and reads it."""
    kept = settled(queries.form_of(invitation.wave), said)
    Draft.objects.update_or_create(
        row=draft_row(token), defaults={"wave_id": invitation.wave_id, "sealed": seal_draft(token, kept)}
    )


def submit(*, to: Addressee, said: Mapping[str, Any], mode: Mode) -> None:
    """Put an answer in the urn, and say of the invitation that it is answered: both or neither, and once.

    Raises:
        RuntimeError: outside a transaction: what was said and that it was said are written together or not at all.
        Refusal: when an answer does not hold, when one that must be given is missing, when the wave takes none any more.
        Conflict: when the invitation is answered already.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("An answer and the outcome of its invitation are one transaction.")
    form = built(to.questionnaire)
    kept, verdict = whole(form, said)
    require(verdict)
    note_answer(invitation=to.invitation, mode=mode, partial=partial(form, kept))
    content = {"groups": asdict(_groups(to, mode)), "said": kept}
    Slip.objects.create(row=slip_row(to.token), wave_id=to.wave, sealed=seal_slip(content, wave=to.wave))
    if form.pace is not Pace.TAP:  # a single question leaves no draft
        Draft.objects.filter(row=draft_row(to.token)).delete()


@transaction.atomic
def add_details(*, invitation: Invitation, token: str, said: Mapping[str, Any]) -> None:
    """Add to an answer given what its household says next, while it is still in the urn.

    Raises:
        Refusal: when an answer does not hold.
        Conflict: when the urn was emptied: the answer is among the others, and nobody can find it again.
    """
    slip = Slip.objects.select_for_update().filter(row=slip_row(token)).first()
    if slip is None:
        raise Conflict(
            no("answers.counted", "Votre réponse est déjà comptée parmi les autres : rien ne peut plus y être ajouté.")
        )
    content = open_slip(bytes(slip.sealed), wave=slip.wave_id)
    kept, verdict = whole(queries.form_of(invitation.wave), content["said"] | dict(said))
    require(verdict)
    slip.sealed = seal_slip(content | {"said": kept}, wave=slip.wave_id)
    slip.save(update_fields=["sealed"])


def _groups(to: Addressee, mode: Mode) -> Groups:
    return Groups(
        stratum=to.stratum,
        agency=to.agency,
        qpv=to.qpv,
        supplier=to.supplier,
        theme=to.theme,
        residence=to.residence,
        mode=mode.value,
    )
