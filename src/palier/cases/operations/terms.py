"""What a landlord sets of its call-backs: the mark that alarms, its words, its delays, who calls for which agency."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from palier.calendar import paris_day
from palier.cases.models import CaseOwner, CaseTerms
from palier.cases.rules import TEAM, Terms
from palier.directory.models import Landlord, Person
from palier.directory.queries import people_of
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.verdict import Refusal, no


def _remember(landlord: Landlord, act: str, summary: str, *, by: Person, at: datetime, **facts: Any) -> None:
    record(
        act=f"cases.{act}",
        by=by.pk,
        at=at,
        on=("directory.landlord", landlord.pk),
        landlord=landlord.pk,
        summary=summary,
        facts=facts,
        audience=Audience.LANDLORD,
    )


@transaction.atomic
def set_terms(*, landlord: Landlord, terms: Terms, by: Person, at: datetime) -> None:
    """Set what opens a case and how long one has; cases already open keep their clock.

    Raises:
        Refusal: when a delay or the mark is out of its range.
    """
    ranges = ((terms.low_score, 0, 10), (terms.danger_days, 1, 10), (terms.ordinary_days, 1, 30), (terms.silence_days, 3, 60))
    if any(not least <= value <= most for value, least, most in ranges):
        raise Refusal(no("cases.terms_range", "Un de ces réglages sort de ses limites."))
    fields = {
        "low_score": terms.low_score,
        "words": [word.strip()[:40] for word in terms.words if word.strip()],
        "danger_days": terms.danger_days,
        "ordinary_days": terms.ordinary_days,
        "silence_days": terms.silence_days,
    }
    CaseTerms.objects.update_or_create(landlord=landlord, defaults=fields | {"at": at, "by": by})
    _remember(landlord, "terms_set", "a réglé les rappels de locataires.", by=by, at=at, **fields)


@transaction.atomic
def set_owner(*, landlord: Landlord, agency: str, person: Person | None, by: Person, at: datetime) -> None:
    """Say who calls back the tenants of an agency (the empty name: of all others), or nobody in particular.

    Raises:
        Refusal: when the person is not of the team.
    """
    agency = " ".join(agency.split())[:100]
    if person is None:
        CaseOwner.objects.filter(landlord=landlord, agency=agency).delete()
    elif not people_of(landlord=landlord.pk, roles=TEAM, on=paris_day(at)).filter(pk=person.pk).exists():
        raise Refusal(no("cases.not_of_team", f"{person.name} n’est pas de l’équipe."))
    else:
        CaseOwner.objects.update_or_create(landlord=landlord, agency=agency, defaults={"person": person})
    where = agency or "toutes les autres agences"
    told = f"a indiqué qui rappelle pour {where} : {person.name if person else 'personne en particulier'}."
    _remember(landlord, "owner_set", told, by=by, at=at, agency=agency)
