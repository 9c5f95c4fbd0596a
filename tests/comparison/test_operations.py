"""What landlords agreed to is published once, kept, and tells nobody's figure; consents are withdrawn at will."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from palier.comparison import operations, queries
from palier.comparison.models import Consent, OwnFigure, Publication, SiteConsent, SiteCount
from palier.comparison.rules import Period, Territory
from palier.disclosure.attacker import Known, interval
from palier.ledger.models import Entry
from palier.sites.operations import declare_priority, remove_priority
from palier.sites.rules import Level
from palier.stock.models import Residence
from palier.verdict import Refusal
from tests.comparison.conftest import AFTER, QUARTER, Region, agree_all
from tests.fixtures import NOON

pytestmark = pytest.mark.django_db
SIX = {"A": (100, 2.0), "B": (120, 4.0), "C": (90, 6.0), "D": (110, 8.0), "E": (100, 10.0), "F": (105, 12.4)}


def published(town: str = "", indicator: str = "vacancy") -> Publication:
    found = Publication.objects.filter(indicator=indicator)
    return found.get(territory="commune", territory_name=town) if town else found.get(territory="region")


def test_a_quarter_becomes_quartiles_contributors_and_homes(make_region: Callable[..., Region]) -> None:
    agree_all(make_region({"Alpha": SIX}))
    assert operations.publish(period=QUARTER, at=AFTER) == 2
    row = published()
    assert (row.low, row.median, row.high) == (5.0, 7.0, 10.0)
    assert (row.contributors, row.homes, row.hidden) == (6, 600, "")


def test_the_figure_of_four_landlords_is_hidden_with_their_number(make_region: Callable[..., Region]) -> None:
    agree_all(make_region({"Alpha": SIX}), but=["E", "F"])
    operations.publish(period=QUARTER, at=AFTER)
    row = published()
    assert row.hidden == "too_few"
    assert (row.low, row.median, row.high, row.contributors, row.homes) == (None,) * 5


def test_a_landlord_that_outweighs_the_others_hides_the_figure(make_region: Callable[..., Region]) -> None:
    agree_all(make_region({"Alpha": {**SIX, "A": (400, 2.0)}}))
    operations.publish(period=QUARTER, at=AFTER)
    assert published().hidden == "dominated"


def test_nobody_brings_what_it_did_not_agree_to(make_region: Callable[..., Region]) -> None:
    region = make_region({"Alpha": SIX})
    agree_all(region, but=["F"], where=[Territory.REGION])
    operations.publish(period=QUARTER, at=AFTER)
    assert not Publication.objects.filter(territory="commune").exists()
    assert not OwnFigure.objects.filter(landlord=region.landlords["F"]).exists()


def test_a_town_is_hidden_when_the_rest_of_the_region_is_of_too_few(make_region: Callable[..., Region]) -> None:
    agree_all(make_region({"Alpha": SIX, "Beta": {"A": (100, 1.0), "B": (100, 2.0)}}))
    operations.publish(period=QUARTER, at=AFTER)
    assert published().hidden == ""
    assert published("Alpha").hidden == "overlap"
    assert published("Beta").hidden == "too_few"


def test_a_town_is_shown_when_the_rest_of_the_region_could_be(make_region: Callable[..., Region]) -> None:
    agree_all(make_region({"Alpha": SIX, "Beta": SIX}))
    operations.publish(period=QUARTER, at=AFTER)
    assert {row.hidden for row in Publication.objects.all()} == {""}


def pairs_that_differ_by_few(region: Region) -> Iterator[tuple[Any, Any]]:
    """The attacker: subtracts every published view from every other, and looks at who is left. Code of its own."""
    own = {
        row.pk: {(f.landlord_id, town) for f in row.own_figures.all() for town in _towns(region, f.landlord_id, row)}
        for row in Publication.objects.filter(hidden="")
    }
    for one, other in permutations(own, 2):
        left = {who for who, _ in own[one] - own[other]}
        if 0 < len(left) < 5:
            yield one, other


def _towns(region: Region, landlord: int, row: Publication) -> set[str]:
    who = next(name for name, found in region.landlords.items() if found.pk == landlord)
    towns = set(region.residences[who])
    return towns if row.territory == "region" else towns & {row.territory_name}


def test_no_pair_of_published_views_leaves_too_few(make_region: Callable[..., Region]) -> None:
    """Seven towns of two to eight landlords: whatever is shown, no difference is of fewer than five."""
    everybody = "ABCDEFGH"
    towns = {f"T{size}": {who: (100, float(n)) for n, who in enumerate(everybody[:size])} for size in range(2, 9)}
    region = make_region(towns)
    agree_all(region)
    operations.publish(period=QUARTER, at=AFTER)
    assert Publication.objects.filter(hidden="").count() > 2
    assert list(pairs_that_differ_by_few(region)) == []


def test_a_quarter_is_published_once_and_only_when_over(make_region: Callable[..., Region]) -> None:
    agree_all(make_region({"Alpha": SIX}))
    with pytest.raises(Refusal, match="quand il est fini"):
        operations.publish(period=Period(AFTER.date().replace(day=1)), at=AFTER)
    assert operations.publish_due(at=AFTER) == 2
    assert operations.publish_due(at=AFTER) == 0
    with pytest.raises(Refusal, match="ne changent plus"):
        operations.publish(period=QUARTER, at=AFTER)


def test_withdrawing_changes_nothing_published_and_counts_from_the_next_quarter(make_region: Callable[..., Region]) -> None:
    region = make_region({"Alpha": SIX})
    agree_all(region)
    operations.publish(period=QUARTER, at=AFTER)
    before = list(Publication.objects.order_by("pk").values())
    assert operations.agree(landlord=region.landlords["A"], wanted=[], by=None, at=NOON) == (0, 3)
    assert list(Publication.objects.order_by("pk").values()) == before
    following = Period(QUARTER.ends_on.replace(year=2026, month=1, day=1))
    operations.publish(period=following, at=NOON.replace(month=4))
    assert not OwnFigure.objects.filter(landlord=region.landlords["A"], publication__starts_on=following.starts_on).exists()
    assert Publication.objects.get(starts_on=following.starts_on, territory="region").contributors == 5


def test_consents_are_dated_and_remembered(make_region: Callable[..., Region]) -> None:
    region = make_region({"Alpha": SIX})
    landlord = region.landlords["A"]
    both = {("vacancy", Territory.REGION), ("turnover", Territory.REGION)}
    assert operations.agree(landlord=landlord, wanted=both, by=None, at=AFTER) == (2, 0)
    assert operations.agree(landlord=landlord, wanted=[("vacancy", Territory.REGION)], by=None, at=NOON) == (0, 1)
    assert Consent.objects.get(indicator="turnover").withdrawn_at == NOON
    assert [e.act for e in Entry.objects.filter(landlord_id=landlord.pk, act__startswith="comparison").order_by("number")] == [
        "comparison.agreed",
        "comparison.withdrawn",
    ]
    with pytest.raises(Refusal, match="ne se compare pas"):
        operations.agree(landlord=landlord, wanted=[("iris_income", Territory.REGION)], by=None, at=NOON)


@pytest.mark.parametrize("model", [Publication, OwnFigure, SiteCount])
def test_what_was_published_stays_even_around_python(make_region: Callable[..., Region], model: Any) -> None:
    agree_all(make_region({"Alpha": SIX}))
    operations.publish(period=QUARTER, at=AFTER)
    assert model.objects.exists()
    for act in (f"UPDATE {model._meta.db_table} SET id = id", f"DELETE FROM {model._meta.db_table}"):
        with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(act)


def site(residence: Residence, level: Level = Level.IMPORTANT) -> Any:
    return declare_priority(landlord=residence.landlord, residence=residence, level=level, reasons="Halls.", by=None, at=AFTER)


SPRING = Period(QUARTER.starts_on.replace(year=2026, month=1))


def counts_of(region: Region) -> dict[tuple[str, str], int | None]:
    for there in region.residences.values():
        for residence in there.values():
            site(residence)
    agree_all(region)
    operations.publish(period=SPRING, at=NOON.replace(month=4))
    return {(row.commune, row.level): row.sites for row in SiteCount.objects.all()}


def test_sites_are_counted_by_town_and_level(make_region: Callable[..., Region]) -> None:
    found = counts_of(make_region({"Alpha": SIX, "Beta": SIX}))
    assert (found["", ""], found["Alpha", "important"], found["Beta", ""], found["", "extreme"]) == (12, 6, 6, 0)


def test_the_sites_of_a_lone_landlord_are_not_recomputed_from_the_totals(make_region: Callable[..., Region]) -> None:
    found = counts_of(make_region({"Alpha": SIX, "Beta": SIX, "Gamma": {"A": (50, 1.0)}}))
    assert {found["Gamma", level] for level in ("medium", "important", "extreme", "")} == {None}
    towns, levels = ("Alpha", "Beta", "Gamma"), ("medium", "important", "extreme")
    sums = [((town, ""), tuple((town, level) for level in levels)) for town in (*towns, "")]
    sums += [(("", level), tuple((town, level) for town in towns)) for level in (*levels, "")]
    shown = {key: float(value) for key, value in found.items() if value is not None}
    least, most = interval(Known(shown, tuple(sums)), ("Gamma", "important"))
    assert least <= 0
    assert most >= 2


def test_a_neighbour_is_seen_only_once_it_is_shown(make_region: Callable[..., Region]) -> None:
    region = make_region({"Alpha": SIX})
    mine, theirs, far = (region.residences[who]["Alpha"] for who in "ABC")
    for residence, lat in ((mine, 48.9), (theirs, 48.902), (far, 48.91)):
        Residence.objects.filter(pk=residence.pk).update(lon=2.4, lat=lat)
    own, other, distant = site(mine), site(theirs), site(far)

    def seen() -> list[Any]:
        [(listed, near)] = queries.neighbours(landlord=region.landlords["A"], on=NOON.date())
        assert listed == own
        return [(n.site.residence.name, n.metres) for n in near]

    assert seen() == []
    operations.show_site(site=other, by=None, at=NOON)
    operations.show_site(site=distant, by=None, at=NOON)
    assert seen() == [("Résidence B Alpha", 220)]
    operations.hide_site(site=other, by=None, at=NOON)
    assert seen() == []
    operations.show_site(site=other, by=None, at=NOON)
    assert SiteConsent.objects.filter(site=other).count() == 2
    lead = None
    remove_priority(site=other, because="Traité.", by=lead, at=NOON)  # type: ignore[arg-type]
    assert seen() == []
    other.refresh_from_db()
    with pytest.raises(Refusal, match="plus un site prioritaire"):
        operations.show_site(site=other, by=None, at=NOON)
