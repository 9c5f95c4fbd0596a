"""A landlord agrees to bring an indicator or to show a site, and withdraws at will."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from palier.comparison.models import Consent, SiteConsent
from palier.comparison.rules import Territory, knows
from palier.directory.models import Landlord, Person
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.sites.models import PrioritySite
from palier.verdict import Refusal, Verdict, no, require


@transaction.atomic
def agree(*, landlord: Landlord, wanted: Collection[tuple[str, Territory]], by: Person | None, at: datetime) -> tuple[int, int]:
    """Make what a landlord brings be exactly this: how many were given, how many withdrawn.

    What was published already stays as it was: taking a landlord out of it would show, by difference, what it brought.

    Raises:
        Refusal: when one of them is not compared.
    """
    require(Verdict.all(knows(indicator) for indicator, _ in wanted))
    Landlord.objects.select_for_update().get(pk=landlord.pk)
    held = {(c.indicator, Territory(c.territory)): c for c in Consent.objects.filter(landlord=landlord, withdrawn_at=None)}
    given = sorted(set(wanted) - set(held))
    dropped = sorted(set(held) - set(wanted))
    Consent.objects.bulk_create(
        Consent(landlord=landlord, indicator=indicator, territory=territory, given_at=at, given_by=by)
        for indicator, territory in given
    )
    Consent.objects.filter(pk__in=[held[key].pk for key in dropped]).update(withdrawn_at=at, withdrawn_by=by)
    for act, said, changed in (("agreed", "a accepté de comparer", given), ("withdrawn", "ne compare plus", dropped)):
        if changed:
            many = f"{len(changed)} indicateur{'s' if len(changed) > 1 else ''}"
            record(
                act=f"comparison.{act}",
                by=by.pk if by else None,
                at=at,
                on=("directory.landlord", landlord.pk),
                landlord=landlord.pk,
                summary=f"{said} {many} avec d’autres organismes.",
                facts={"indicators": [f"{indicator}/{territory.value}" for indicator, territory in changed]},
                audience=Audience.LANDLORD,
            )
    return len(given), len(dropped)


@transaction.atomic
def show_site(*, site: PrioritySite, by: Person | None, at: datetime) -> SiteConsent:
    """Show a priority site, by its name and place, to the landlords that have one next to it. Twice changes nothing.

    Raises:
        Refusal: when it is no longer a priority site.
    """
    if site.removed_at is not None:
        raise Refusal(no("comparison.not_priority", f"{site.residence.name} n’est plus un site prioritaire."))
    shown, created = SiteConsent.objects.get_or_create(
        site=site, withdrawn_at=None, defaults={"landlord_id": site.landlord_id, "given_at": at, "given_by": by}
    )
    if created:
        _remember(site, "site_shown", f"montre {site.residence.name} aux organismes voisins.", by=by, at=at)
    return shown


@transaction.atomic
def hide_site(*, site: PrioritySite, by: Person | None, at: datetime) -> None:
    """Show a site no longer, from now on. Not shown already: nothing changes."""
    changed = SiteConsent.objects.filter(site=site, withdrawn_at=None).update(withdrawn_at=at, withdrawn_by=by)
    if changed:
        _remember(site, "site_hidden", f"ne montre plus {site.residence.name} aux organismes voisins.", by=by, at=at)


def _remember(site: PrioritySite, act: str, summary: str, *, by: Person | None, at: datetime) -> None:
    record(
        act=f"comparison.{act}",
        by=by.pk if by else None,
        at=at,
        on=("sites.priority_site", site.pk),
        landlord=site.landlord_id,
        summary=summary,
        facts={"residence": site.residence_id},
        audience=Audience.LANDLORD,
    )
