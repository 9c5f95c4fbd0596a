"""The rating of the stock, act by act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.frameworks import operations as frameworks
from palier.frameworks.models import Assessment
from palier.ledger.models import Entry
from palier.sites import operations, queries
from palier.sites.models import PrioritySite, RatingCampaign, SiteRating
from palier.sites.operations import Given
from palier.sites.rules import Level
from palier.stock.models import Residence
from palier.verdict import Conflict, Refusal
from tests.fixtures import NOON

pytestmark = pytest.mark.django_db
Stock = Callable[..., list[Residence]]


@pytest.fixture
def landlord(make_landlord: Callable[..., Landlord]) -> Landlord:
    return make_landlord("Montfictif Habitat")


@pytest.fixture
def lead(landlord: Landlord, make_person: Callable[..., Person]) -> Person:
    return make_person(Role.QUALITY_LEAD, landlord)


@pytest.fixture
def campaign(landlord: Landlord, lead: Person) -> RatingCampaign:
    return operations.open_campaign(landlord=landlord, cycle=1, by=lead, at=NOON)


def rate_all(campaign: RatingCampaign, residences: list[Residence], by: Person, level: Level = Level.NONE) -> int:
    return operations.rate(campaign=campaign, given=[Given(r.pk, level, "Halls occupés.") for r in residences], by=by, at=NOON)


def test_opening_twice_opens_once(landlord: Landlord, lead: Person, campaign: RatingCampaign) -> None:
    assert operations.open_campaign(landlord=landlord, cycle=1, by=lead, at=NOON) == campaign
    assert Entry.objects.filter(act="sites.rating_opened").count() == 1


def test_many_residences_are_rated_in_one_act(campaign: RatingCampaign, lead: Person, make_stock: Stock) -> None:
    first, second, third = make_stock(campaign.landlord)
    given = [Given(first.pk, Level.NONE), Given(second.pk, Level.EXTREME, "Trafic."), Given(third.pk, Level.MEDIUM, "Déchets.")]
    assert operations.rate(campaign=campaign, given=given, by=lead, at=NOON) == 3
    entry = Entry.objects.get(act="sites.rated")
    assert entry.content is not None
    assert entry.content["summary"] == "a coté 3 résidences : sans difficulté 1, moyenne 1, extrême 1."
    assert operations.rate(campaign=campaign, given=given, by=lead, at=NOON) == 0, "the same again changes nothing"


def test_a_level_without_its_reasons_writes_nothing(campaign: RatingCampaign, lead: Person, make_stock: Stock) -> None:
    first, second, _ = make_stock(campaign.landlord)
    given = [Given(first.pk, Level.NONE), Given(second.pk, Level.IMPORTANT, " ")]
    with pytest.raises(Refusal, match="Résidence B : Dites en une phrase"):
        operations.rate(campaign=campaign, given=given, by=lead, at=NOON)
    assert not SiteRating.objects.exists()


def test_a_stale_rating_loses_nothing(campaign: RatingCampaign, lead: Person, make_stock: Stock) -> None:
    first = make_stock(campaign.landlord)[0]
    operations.rate(campaign=campaign, given=[Given(first.pk, Level.NONE)], by=lead, at=NOON)
    operations.rate(campaign=campaign, given=[Given(first.pk, Level.MEDIUM, "Nuisances.", revision=1)], by=lead, at=NOON)
    with pytest.raises(Conflict) as stale:
        operations.rate(campaign=campaign, given=[Given(first.pk, Level.EXTREME, "Crise.", revision=1)], by=lead, at=NOON)
    assert isinstance(stale.value.theirs, SiteRating)
    assert stale.value.theirs.reasons == "Nuisances."
    assert SiteRating.objects.get().level == Level.MEDIUM


def test_residences_of_another_landlord_are_not_rated(
    campaign: RatingCampaign, lead: Person, make_stock: Stock, make_landlord: Callable[..., Landlord]
) -> None:
    other = make_stock(make_landlord())[0]
    with pytest.raises(Refusal):
        operations.rate(campaign=campaign, given=[Given(other.pk, Level.NONE)], by=lead, at=NOON)
    with pytest.raises(Refusal):
        operations.declare_priority(
            landlord=campaign.landlord, residence=other, level=Level.EXTREME, reasons="Crise.", by=lead, at=NOON
        )


def test_the_team_rates_what_is_entrusted_to_it_alone(
    campaign: RatingCampaign, lead: Person, make_stock: Stock, make_person: Callable[..., Person]
) -> None:
    mine, other, _ = make_stock(campaign.landlord)
    guard = make_person(Role.CONTRIBUTOR, campaign.landlord)
    operations.entrust(campaign=campaign, residences=[mine.pk], to=guard, by=lead, at=NOON)
    given = [Given(mine.pk, Level.MEDIUM, "Déchets.")]
    assert operations.rate(campaign=campaign, given=given, by=guard, at=NOON, only_entrusted=True) == 1
    with pytest.raises(Refusal, match="confiées"):
        operations.rate(campaign=campaign, given=[Given(other.pk, Level.NONE)], by=guard, at=NOON, only_entrusted=True)


def test_the_list_is_confirmed_again_when_it_changes(
    campaign: RatingCampaign, lead: Person, make_stock: Stock, diagnose: Callable[..., object]
) -> None:
    first = make_stock(campaign.landlord)[0]
    with pytest.raises(Refusal, match="dites pourquoi"):
        operations.confirm_list(campaign=campaign, empty_because="", by=lead, at=NOON)
    operations.confirm_list(campaign=campaign, empty_because="Aucun site complexe.", by=lead, at=NOON)
    site = operations.declare_priority(
        landlord=campaign.landlord, residence=first, level=Level.EXTREME, reasons="Crise.", by=lead, at=NOON
    )
    campaign.refresh_from_db()
    assert campaign.list_confirmed_at is None
    diagnose(first, lead)
    operations.confirm_list(campaign=campaign, empty_because="", by=lead, at=NOON)
    operations.remove_priority(site=site, because="Démolie.", by=lead, at=NOON)
    campaign.refresh_from_db()
    assert campaign.list_confirmed_at is None


def test_no_site_is_confirmed_before_its_diagnosis_is_finished(
    campaign: RatingCampaign,
    lead: Person,
    make_stock: Stock,
    diagnose: Callable[..., Assessment],
) -> None:
    left = make_stock(campaign.landlord, 1, year=2024)[0]
    first, second, third = make_stock(campaign.landlord)
    for one in (left, first, second, third):
        operations.declare_priority(
            landlord=campaign.landlord, residence=one, level=Level.EXTREME, reasons="Crise.", by=lead, at=NOON
        )
    diagnose(first, lead)
    under_way = diagnose(second, lead, finished=False)
    with pytest.raises(Refusal) as refused:
        operations.confirm_list(campaign=campaign, empty_because="", by=lead, at=NOON)
    lacking = [reason.remedy.args["residence_id"] for reason in refused.value.verdict.reasons if reason.remedy]
    assert lacking == [second.pk, third.pk], "neither the one that is diagnosed, nor the one that left the stock"
    frameworks.finish(assessment=under_way, by=lead, at=NOON)
    diagnose(third, lead)
    operations.confirm_list(campaign=campaign, empty_because="", by=lead, at=NOON)
    campaign.refresh_from_db()
    assert campaign.list_confirmed_by == lead


def test_a_priority_site_is_so_from_its_declaration_to_its_removal(
    campaign: RatingCampaign, lead: Person, make_stock: Stock
) -> None:
    first = make_stock(campaign.landlord)[0]
    landlord = campaign.landlord
    site = operations.declare_priority(landlord=landlord, residence=first, level=Level.MEDIUM, reasons="x", by=lead, at=NOON)
    with pytest.raises(Refusal, match="déjà un site prioritaire"):
        operations.declare_priority(landlord=landlord, residence=first, level=Level.MEDIUM, reasons="x", by=lead, at=NOON)
    operations.remove_priority(site=site, because="Vendue.", by=lead, at=NOON + timedelta(days=10))
    days = [date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 19), date(2026, 3, 20)]
    assert [queries.priority_sites(landlord=landlord.pk, on=day).count() for day in days] == [0, 1, 1, 0]
    with pytest.raises(Refusal, match="déjà plus"):
        operations.remove_priority(site=site, because="Vendue.", by=lead, at=NOON)


def test_a_rating_closes_when_complete_and_then_never_changes(
    campaign: RatingCampaign, lead: Person, make_stock: Stock
) -> None:
    residences = make_stock(campaign.landlord)
    landlord = campaign.landlord_id
    with pytest.raises(Refusal) as refused:
        operations.close(campaign=campaign, by=lead, at=NOON)
    assert [reason.code for reason in refused.value.verdict.reasons] == ["sites.unrated", "sites.list_not_confirmed"]
    rate_all(campaign, residences, lead)
    operations.confirm_list(campaign=campaign, empty_because="Rien à signaler.", by=lead, at=NOON)
    assert not queries.rating_verdict(landlord=landlord, cycle=1)
    operations.close(campaign=campaign, by=lead, at=NOON)
    assert queries.rating_verdict(landlord=landlord, cycle=1)
    assert not queries.rating_verdict(landlord=landlord, cycle=2), "each cycle rates again"
    with pytest.raises(Refusal, match="ne change plus"):
        rate_all(campaign, residences, lead, Level.EXTREME)
    with pytest.raises(Refusal):
        operations.close(campaign=campaign, by=lead, at=NOON)


def test_a_site_joins_a_confirmed_list_by_an_act_of_its_own_after_its_diagnosis(
    campaign: RatingCampaign, lead: Person, make_stock: Stock, diagnose: Callable[..., Assessment]
) -> None:
    residences = make_stock(campaign.landlord)
    rate_all(campaign, residences, lead)
    operations.confirm_list(campaign=campaign, empty_because="Rien à signaler.", by=lead, at=NOON)
    operations.close(campaign=campaign, by=lead, at=NOON)
    site = {"landlord": campaign.landlord, "residence": residences[0], "level": Level.IMPORTANT, "by": lead, "at": NOON}
    with pytest.raises(Refusal, match="le diagnostic n’est pas terminé"):
        operations.declare_priority(reasons="Halls occupés.", **site)
    diagnose(residences[0], lead)
    with pytest.raises(Refusal, match="pourquoi"):
        operations.declare_priority(reasons=" ", **site)
    operations.declare_priority(reasons="Halls occupés.", **site)
    entry = Entry.objects.get(act="sites.priority_declared")
    assert entry.content is not None
    assert entry.content["summary"].endswith("(situation importante), après la confirmation de la liste : Halls occupés.")
    campaign.refresh_from_db()
    assert campaign.list_confirmed_at == NOON, "what was confirmed stays said"


def test_a_new_vintage_asks_for_its_new_residences(campaign: RatingCampaign, lead: Person, make_stock: Stock) -> None:
    rate_all(campaign, make_stock(campaign.landlord), lead)
    make_stock(campaign.landlord, 2, year=2026)
    facts = queries.rating_facts(landlord=campaign.landlord_id, cycle=1)
    assert (facts.residences, facts.rated) == (2, 0)


def test_facts_cost_the_same_with_3_and_60_residences(campaign: RatingCampaign, lead: Person, make_stock: Stock) -> None:
    counts = []
    for number, year in ((3, 2025), (60, 2026)):
        rate_all(campaign, make_stock(campaign.landlord, number, year=year), lead)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert queries.rating_facts(landlord=campaign.landlord_id, cycle=1).rated == number
        counts.append(len(seen))
    assert counts == [4, 4]


def test_complex_residences_are_proposed_until_they_are_on_the_list(
    campaign: RatingCampaign, lead: Person, make_stock: Stock
) -> None:
    first, second, third = make_stock(campaign.landlord)
    rate_all(campaign, [first], lead, Level.MEDIUM)
    rate_all(campaign, [second], lead, Level.IMPORTANT)
    rate_all(campaign, [third], lead, Level.EXTREME)
    proposed = queries.proposed_sites(landlord=campaign.landlord_id, campaign=campaign)
    assert [residence.pk for residence in proposed] == [third.pk, second.pk]
    operations.declare_priority(
        landlord=campaign.landlord, residence=third, level=Level.EXTREME, reasons="Crise.", by=lead, at=NOON
    )
    assert [residence.pk for residence in proposed.all()] == [second.pk]


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE sites_siterating SET level = 'none', reasons = ''",
        "DELETE FROM sites_siterating",
        (
            "INSERT INTO sites_siterating (campaign_id, residence_id, level, reasons, revision)"
            " SELECT campaign_id, residence_id + 1000, '', '', 0 FROM sites_siterating LIMIT 1"
        ),
    ],
)
def test_the_database_keeps_closed_ratings(act: str, campaign: RatingCampaign, lead: Person, make_stock: Stock) -> None:
    rate_all(campaign, make_stock(campaign.landlord, 1), lead, Level.EXTREME)
    operations.confirm_list(campaign=campaign, empty_because="Traité autrement.", by=lead, at=NOON)
    operations.close(campaign=campaign, by=lead, at=NOON)
    with pytest.raises(IntegrityError, match="closed campaign"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)


@pytest.mark.parametrize(
    ("table", "wrong"),
    [
        ("sites_siterating", "level = '' "),
        ("sites_siterating", "reasons = ''"),
        ("sites_siterating", "level = 'worst'"),
        ("sites_prioritysite", "reasons = ''"),
        ("sites_prioritysite", "level = 'none'"),
        ("sites_prioritysite", "removal_reason = 'x'"),
        ("sites_ratingcampaign", "closed_at = now(), list_confirmed_at = NULL"),
    ],
)
def test_the_database_refuses_what_rules_refuse(
    table: str, wrong: str, campaign: RatingCampaign, lead: Person, make_stock: Stock
) -> None:
    residences = make_stock(campaign.landlord, 1)
    rate_all(campaign, residences, lead, Level.EXTREME)
    operations.declare_priority(
        landlord=campaign.landlord, residence=residences[0], level=Level.EXTREME, reasons="Crise.", by=lead, at=NOON
    )
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {wrong}")


def test_two_campaigns_of_a_cycle_or_two_declarations_do_not_fit(campaign: RatingCampaign, make_stock: Stock) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RatingCampaign.objects.create(landlord=campaign.landlord, cycle=1, opened_at=NOON)
    residence = make_stock(campaign.landlord, 1)[0]
    same = {"landlord": campaign.landlord, "residence": residence, "level": Level.MEDIUM, "reasons": "x", "declared_at": NOON}
    PrioritySite.objects.create(**same)
    with pytest.raises(IntegrityError), transaction.atomic():
        PrioritySite.objects.create(**same)
