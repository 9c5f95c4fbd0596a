"""A person reads free answers and decides what they speak of."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from palier.answers import queries
from palier.answers.models import Remark
from palier.directory.models import Person
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.surveys.models import Wave
from palier.verdict import Refusal, no


@dataclass(frozen=True, slots=True)
class Decided:
    """What somebody decided of a free answer; ``seen_at`` is when it was verified last, as they saw it (None: never)."""

    row: uuid.UUID
    themes: frozenset[str]
    seen_at: datetime | None


@transaction.atomic
def verify_themes(*, wave: Wave, decided: Sequence[Decided], by: Person, at: datetime) -> int:
    """Keep what a person decided of free answers; how many. One that somebody else verified meanwhile keeps their decision.

    Raises:
        Refusal: when a theme is unknown, or when too few answered for free words to be read.
    """
    known = {theme.code for theme in queries.themes()}
    if unknown := {code for one in decided for code in one.themes} - known:
        raise Refusal(no("answers.unknown_theme", f"Ce thème n’existe pas : {', '.join(sorted(unknown))}."))
    if not queries.readable(wave=wave):
        raise Refusal(no("answers.too_few_to_read", "Trop peu de ménages ont répondu : leurs mots désigneraient quelqu’un."))
    kept = sum(
        Remark.objects.filter(wave=wave, row=one.row, verified_at=one.seen_at).exclude(text="").update(
            themes=sorted(one.themes), verified_at=at, verified_by=by
        )
        for one in decided
    )  # fmt: skip
    if kept:
        plural = "s" if kept > 1 else ""
        record(
            act="answers.themes_verified",
            by=by.pk,
            at=at,
            on=("surveys.wave", wave.pk),
            landlord=wave.landlord_id,
            summary=f"a vérifié les thèmes de {kept} réponse{plural} libre{plural} de la vague « {wave.name} ».",
            facts={"count": kept},
            audience=Audience.LANDLORD,
        )
    return kept
