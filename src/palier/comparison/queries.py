"""What one may ask of the comparisons. A landlord's own figures are found through that landlord alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from palier.comparison.models import Consent, OwnFigure, Publication, SiteConsent, SiteCount
from palier.comparison.rules import NEAR_METRES, Period, Territory, metres
from palier.directory.models import Landlord
from palier.sites import queries as sites
from palier.sites.models import PrioritySite
from palier.stock import queries as stock
from palier.stock.rules.districts import version_on


def consents(*, landlord: Landlord | int) -> QuerySet[Consent]:
    """What a landlord agrees to bring, indicator by indicator and territory by territory."""
    found = Consent.objects.filter(landlord=landlord, withdrawn_at__isnull=True).select_related("given_by")
    return found.order_by("indicator", "territory")


def periods() -> list[Period]:
    """The quarters that were published, the latest first."""
    found = Publication.objects.order_by("-starts_on").values_list("starts_on", flat=True).distinct()
    return [Period(starts_on) for starts_on in found]


def territories(*, period: Period) -> list[tuple[Territory, str, str]]:
    """The territories of a quarter: kind, code and name; regions first, then towns, by name."""
    found = Publication.objects.filter(starts_on=period.starts_on).values_list("territory", "territory_code", "territory_name")
    rows = found.order_by("-territory", "territory_name", "territory_code").distinct()
    return [(Territory(kind), code, name) for kind, code, name in rows]


def publications(*, period: Period | None = None) -> QuerySet[Publication]:
    """What was published, of one quarter or of all."""
    found = Publication.objects.order_by("-starts_on", "-territory", "territory_name", "territory_code", "indicator")
    return found.filter(starts_on=period.starts_on) if period else found


def own_figures(*, landlord: Landlord, period: Period) -> QuerySet[OwnFigure]:
    """What a landlord brought to a quarter, with what was published of it."""
    found = OwnFigure.objects.filter(landlord=landlord, publication__starts_on=period.starts_on).select_related("publication")
    return found.order_by("-publication__territory", "publication__territory_name", "publication__indicator")


def site_counts(*, period: Period, region: int) -> QuerySet[SiteCount]:
    """The table of priority sites of a region for a quarter, towns by name, its totals last."""
    return SiteCount.objects.filter(starts_on=period.starts_on, region=region).order_by("commune", "level")


def shown_sites(*, landlord: Landlord | int) -> QuerySet[SiteConsent]:
    """The priority sites that a landlord shows to its neighbours."""
    found = SiteConsent.objects.filter(landlord=landlord, withdrawn_at__isnull=True, site__removed_at__isnull=True)
    return found.select_related("site__residence", "given_by").order_by("site__residence__plain_name", "pk")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A priority site of another landlord that it shows, next to one's own: how far, or the district they share."""

    site: PrioritySite
    metres: int | None
    district: str


def neighbours(*, landlord: Landlord, on: date) -> list[tuple[PrioritySite, list[Neighbour]]]:
    """One's own priority sites, each with those that other landlords show within ``NEAR_METRES`` or in the same district.

    Sites that are not shown leave no trace here, not even their number. Four SQL queries.
    """
    mine = list(sites.priority_sites(landlord=landlord.pk, on=on))
    shown = SiteConsent.objects.filter(withdrawn_at__isnull=True, site__removed_at__isnull=True).exclude(landlord=landlord)
    others = [consent.site for consent in shown.select_related("site__residence", "site__landlord").order_by("pk")]
    residences = [site.residence for site in [*mine, *others]]
    known = stock.districts_of(residences=residences, version=version_on(on))
    districts = {pk: {row.district.code: row.district.label for row in rows} for pk, rows in known.items()}
    found = []
    for site in mine:
        near = [_beside(site, other, districts) for other in others]
        met = sorted(filter(None, near), key=lambda n: (n.metres is None, n.metres or 0, n.site.pk))
        found.append((site, met))
    return found


def _beside(site: PrioritySite, other: PrioritySite, districts: dict[int, dict[str, str]]) -> Neighbour | None:
    here, there = site.residence, other.residence
    far = None
    if here.lon is not None and here.lat is not None and there.lon is not None and there.lat is not None:
        far = round(metres((here.lon, here.lat), (there.lon, there.lat)), -1)
    ours, theirs = districts.get(here.pk, {}), districts.get(there.pk, {})
    shared = next((label for code, label in ours.items() if code in theirs), "")
    if shared or (far is not None and far <= NEAR_METRES):
        return Neighbour(other, None if far is None else int(far), shared)
    return None
