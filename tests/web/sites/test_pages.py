"""The pages of the rating: who reads, who rates what, what is said when it is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.operations import add_association
from palier.directory.rules import Kind, Role
from palier.frameworks.models import Assessment
from palier.frameworks.operations import load_shipped
from palier.sites import operations, queries
from palier.sites.models import PrioritySite, RatingCampaign, SiteRating
from palier.sites.operations import Given
from palier.sites.rules import Level
from palier.stock.models import Residence
from tests.fixtures import NOON

pytestmark = pytest.mark.django_db
Stock = Callable[..., list[Residence]]
SignIn = Callable[[Person], Client]


@pytest.fixture
def campaign(landlord: Landlord, lead: Person) -> RatingCampaign:
    return operations.open_campaign(landlord=landlord, cycle=1, by=lead, at=NOON)


def url(name: str, landlord: Landlord, **more: object) -> str:
    return reverse(name, kwargs={"landlord_id": landlord.pk, **more})


def words(answer: HttpResponse) -> str:
    """What a page says, its narrow spaces made plain."""
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def filled(rows: dict[Residence, tuple[str, str]], *, seen: dict[int, tuple[str, str, int]] | None = None) -> dict[str, str]:
    """What the page sends: for each row what was shown, and what was chosen."""
    sent = {}
    for residence, (level, reasons) in rows.items():
        was = (seen or {}).get(residence.pk, ("", "", 0))
        sent |= {
            f"initial-{residence.pk}-level": was[0],
            f"initial-{residence.pk}-reasons": was[1],
            f"{residence.pk}-revision": str(was[2]),
            f"{residence.pk}-level": level,
            f"{residence.pk}-reasons": reasons,
        }
    return sent


def test_without_stock_the_page_says_where_it_comes_from(landlord: Landlord, lead: Person, sign_in: SignIn) -> None:
    page = sign_in(lead).get(url("sites", landlord)).content.decode()
    assert "Aucune résidence pour l’instant." in page
    assert url("stock", landlord) in page


def test_the_lead_opens_rates_and_lists_and_the_director_closes(
    landlord: Landlord,
    lead: Person,
    sign_in: SignIn,
    make_stock: Stock,
    make_person: Callable[..., Person],
    diagnose: Callable[..., object],
) -> None:
    first, second, third = make_stock(landlord)
    client, director = sign_in(lead), sign_in(make_person(Role.DIRECTOR, landlord))
    assert "Ouvrir la cotation" in client.get(url("sites", landlord)).content.decode()
    client.post(url("sites_open", landlord))
    sent = filled({first: ("none", ""), second: ("extreme", "Trafic dans deux halls."), third: ("", "")})
    assert client.post(url("sites", landlord), sent).status_code == 302
    assert SiteRating.objects.count() == 2
    refused = director.post(url("sites_close", landlord))
    assert refused.status_code == 422
    assert "1 résidence sur 3" in words(refused)
    page = client.get(url("sites_to_rate", landlord)).content.decode()
    assert third.name in page
    assert second.name not in page.split("Les résidences")[1]
    client.post(url("sites", landlord), filled({third: ("medium", "Dépôts sauvages.")}))
    client.post(url("priority_sites_add", landlord), {"residence": [second.pk]})
    assert PrioritySite.objects.get().reasons == "Trafic dans deux halls."
    assert "le diagnostic n’est pas terminé" in words(client.post(url("priority_sites_confirm", landlord)))
    assert url("site", landlord, residence_id=second.pk) in words(client.get(url("priority_sites", landlord)))
    diagnose(second, lead)
    client.post(url("priority_sites_confirm", landlord))
    assert client.post(url("sites_close", landlord)).status_code == 403, "closing is the direction’s"
    assert director.post(url("sites_close", landlord)).status_code == 302
    assert queries.rating_verdict(landlord=landlord.pk, cycle=1)
    assert "La cotation est arrêtée" in client.get(url("sites", landlord)).content.decode()


def test_a_row_without_its_reasons_saves_nothing_and_keeps_what_was_written(
    campaign: RatingCampaign, lead: Person, sign_in: SignIn, make_stock: Stock
) -> None:
    first, second, _ = make_stock(campaign.landlord)
    answer = sign_in(lead).post(url("sites", campaign.landlord), filled({first: ("none", ""), second: ("important", "")}))
    assert answer.status_code == 422
    assert "Dites en une phrase pourquoi la situation est" in words(answer)
    assert '<option value="important" selected>' in words(answer)
    assert not SiteRating.objects.exists()


def test_a_stale_page_shows_both_and_a_second_save_is_a_choice(
    campaign: RatingCampaign, lead: Person, sign_in: SignIn, make_stock: Stock
) -> None:
    first, second, third = make_stock(campaign.landlord)
    operations.rate(campaign=campaign, given=[Given(first.pk, Level.MEDIUM, "Nuisances.")], by=lead, at=NOON)
    client, page = sign_in(lead), url("sites", campaign.landlord)
    sent = filled({first: ("extreme", "Crise."), second: ("none", ""), third: ("", "")})
    answer = client.post(page, sent)
    assert answer.status_code == 422
    assert "Mme Q. a indiqué « moyenne » entre-temps" in words(answer)
    assert 'value="Crise."' in words(answer)
    assert SiteRating.objects.count() == 1
    again = filled({first: ("extreme", "Crise."), second: ("none", "")}, seen={first.pk: ("medium", "Nuisances.", 1)})
    assert client.post(page, again).status_code == 302
    assert SiteRating.objects.get(residence=first).level == Level.EXTREME


def test_reasons_of_several_lines_stay_as_written_and_whose_they_are(
    campaign: RatingCampaign, lead: Person, sign_in: SignIn, make_stock: Stock, make_person: Callable[..., Person]
) -> None:
    first, second, _ = make_stock(campaign.landlord)
    said = "Halls occupés depuis mars.\r\nLe ménage n’est plus fait."
    operations.rate(campaign=campaign, given=[Given(first.pk, Level.IMPORTANT, said)], by=lead, at=NOON)
    client = sign_in(make_person(Role.QUALITY_LEAD, campaign.landlord, "M. R."))
    # A field of one line cannot hold line ends: browsers take them out, and glue the words around them.
    line = "Halls occupés depuis mars. Le ménage n’est plus fait."
    assert words(client.get(url("sites", campaign.landlord))).count(f'value="{line}"') == 2
    seen = {first.pk: ("important", line, 1)}
    client.post(url("sites", campaign.landlord), filled({first: ("important", line), second: ("none", "")}, seen=seen))
    row = SiteRating.objects.get(residence=first)
    assert (row.reasons, row.confirmed_by) == (said, lead)
    assert SiteRating.objects.get(residence=second).level == Level.NONE
    client.post(url("sites", campaign.landlord), filled({first: ("extreme", line)}, seen=seen))
    row.refresh_from_db()
    assert (row.level, row.reasons) == (Level.EXTREME, said)


def test_a_stale_residence_page_keeps_what_was_written_and_a_second_save_is_a_choice(
    campaign: RatingCampaign, lead: Person, sign_in: SignIn, make_stock: Stock
) -> None:
    first, *_ = make_stock(campaign.landlord)
    operations.rate(campaign=campaign, given=[Given(first.pk, Level.MEDIUM, "Nuisances.")], by=lead, at=NOON)
    client, page = sign_in(lead), url("site", campaign.landlord, residence_id=first.pk)
    answer = client.post(page, {"level": "extreme", "reasons": "Crise.", "revision": "0"})
    assert answer.status_code == 422
    assert "Mme Q. a indiqué « moyenne » entre-temps" in words(answer)
    assert ">\nCrise.</textarea>" in words(answer)
    assert 'name="revision" value="1"' in words(answer)
    assert client.post(page, {"level": "extreme", "reasons": "Crise.", "revision": "1"}).status_code == 302
    assert SiteRating.objects.get(residence=first).reasons == "Crise."


def test_a_residence_page_asks_reasons_beside_their_field(
    campaign: RatingCampaign, lead: Person, sign_in: SignIn, make_stock: Stock
) -> None:
    first, *_ = make_stock(campaign.landlord)
    answer = sign_in(lead).post(
        url("site", campaign.landlord, residence_id=first.pk), {"level": "extreme", "reasons": " ", "revision": "0"}
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors["reasons"] == ["Dites en une phrase pourquoi la situation est « extrême »."]


def test_residences_are_entrusted_by_whole_sectors_and_never_taken_back_by_oversight(
    campaign: RatingCampaign, lead: Person, sign_in: SignIn, make_stock: Stock, make_person: Callable[..., Person]
) -> None:
    north, south, far = make_stock(campaign.landlord)
    Residence.objects.filter(pk__in=[north.pk, south.pk]).update(sector="Agence Nord")
    Residence.objects.filter(pk=far.pk).update(sector="Agence Sud")
    guard, client, page = (
        make_person(Role.CONTRIBUTOR, campaign.landlord, "M. G."),
        sign_in(lead),
        url("sites_entrust", campaign.landlord),
    )
    answer = client.get(page)
    assert "?cocher=Agence%20Nord" in words(answer)
    assert " checked" not in words(answer)
    assert words(client.get(page, {"cocher": "Agence Nord"})).count(" checked") == 2
    assert words(client.get(page, {"cocher": "tout"})).count(" checked") == 3
    client.post(page, {"to": guard.pk, "residences": [north.pk, south.pk]})
    # Nobody chosen is a slip, not a decision.
    slip = client.post(page, {"to": "", "residences": [north.pk]})
    assert slip.status_code == 422
    assert "Choisissez à qui confier les résidences." in words(slip)
    assert SiteRating.objects.filter(entrusted_to=guard).count() == 2
    assert client.post(page, {"to": "personne", "residences": [north.pk]}).status_code == 302
    assert SiteRating.objects.get(entrusted_to=guard).residence == south


def test_the_team_is_led_to_what_it_was_asked_to_rate(
    campaign: RatingCampaign, lead: Person, sign_in: SignIn, make_stock: Stock, make_person: Callable[..., Person]
) -> None:
    first, second, _ = make_stock(campaign.landlord)
    guard = make_person(Role.CONTRIBUTOR, campaign.landlord, "M. G.")
    client, page = sign_in(guard), url("sites", campaign.landlord)
    assert "Aucune résidence ne vous est confiée" in words(client.get(page))
    operations.entrust(campaign=campaign, residences=[first.pk, second.pk], to=guard, by=lead, at=NOON)
    answer = words(client.get(page))
    assert "2 résidences vous sont confiées, 2 restent à coter." in answer
    assert f'href="{page}?confie={guard.pk}&amp;niveau=a-coter#list"' in answer
    given = [Given(pk, Level.NONE) for pk in (first.pk, second.pk)]
    operations.rate(campaign=campaign, given=given, by=guard, at=NOON, only_entrusted=True)
    assert "Vos résidences sont toutes cotées" in words(client.get(page))
    assert "Vos résidences" not in words(sign_in(lead).get(page))


def test_the_team_sees_fields_on_its_own_residences_alone(
    campaign: RatingCampaign, lead: Person, sign_in: SignIn, make_stock: Stock, make_person: Callable[..., Person]
) -> None:
    mine, other, _ = make_stock(campaign.landlord)
    guard = make_person(Role.CONTRIBUTOR, campaign.landlord, "M. G.")
    client = sign_in(lead)
    client.post(url("sites_entrust", campaign.landlord), {"to": guard.pk, "residences": [mine.pk]})
    page = sign_in(guard).get(url("sites", campaign.landlord)).content.decode()
    assert f'name="{mine.pk}-level"' in page
    assert f'name="{other.pk}-level"' not in page
    sent = filled({other: ("none", "")})
    sign_in(guard).post(url("sites", campaign.landlord), sent)
    assert not SiteRating.objects.filter(residence=other).exclude(level="").exists()
    one = {"level": "none", "reasons": "", "revision": "0"}
    assert sign_in(guard).post(url("site", campaign.landlord, residence_id=other.pk), one).status_code == 422
    assert sign_in(guard).post(url("site_grid", campaign.landlord, residence_id=other.pk)).status_code == 422


def test_representatives_read_and_are_led_to_the_consultation(
    campaign: RatingCampaign,
    lead: Person,
    sign_in: SignIn,
    make_stock: Stock,
    make_person: Callable[..., Person],
    make_organisation: Callable[..., Organisation],
) -> None:
    make_stock(campaign.landlord)
    association = make_organisation(Kind.TENANTS_ASSOCIATION)
    add_association(landlord=campaign.landlord, association=association, by=lead, at=NOON)
    client = sign_in(make_person(Role.TENANT_REPRESENTATIVE, association))
    for name in ("sites", "priority_sites"):
        page = client.get(url(name, campaign.landlord))
        assert page.status_code == 200
        assert "Donner votre avis" in page.content.decode()
        assert "<select" not in page.content.decode().split("Les résidences")[-1].split("</form>")[-1]
    assert client.post(url("sites", campaign.landlord), {}).status_code == 403


def test_nothing_of_another_landlord_is_found(
    campaign: RatingCampaign, lead: Person, sign_in: SignIn, make_stock: Stock, make_landlord: Callable[..., Landlord]
) -> None:
    other = make_landlord("Autre bailleur")
    theirs = make_stock(other)[0]
    site = operations.declare_priority(
        landlord=other, residence=theirs, level=Level.EXTREME, reasons="CANARI", by=None, at=NOON
    )
    client = sign_in(lead)
    for name, more in (
        ("sites", {}),
        ("sites_export", {"form": "csv"}),
        ("priority_sites", {}),
        ("site", {"residence_id": theirs.pk}),
    ):
        assert client.get(url(name, other, **more)).status_code == 404
    assert client.get(url("site", campaign.landlord, residence_id=theirs.pk)).status_code == 404
    assert client.post(url("priority_site_remove", campaign.landlord, site_id=site.pk), {"because": "x"}).status_code == 404
    assert "CANARI" not in client.get(url("priority_sites", campaign.landlord)).content.decode()


def test_a_full_grid_starts_once_and_suggests(
    campaign: RatingCampaign, lead: Person, sign_in: SignIn, make_stock: Stock
) -> None:
    load_shipped(at=NOON)
    first = make_stock(campaign.landlord)[0]
    client = sign_in(lead)
    for _ in range(2):
        assert client.post(url("site_grid", campaign.landlord, residence_id=first.pk)).status_code == 302
    assert Assessment.objects.get().subject_id == first.pk
    assert (
        "Aucun critère n’est encore noté" in client.get(url("site", campaign.landlord, residence_id=first.pk)).content.decode()
    )


def test_a_site_is_added_and_removed_with_a_reason(
    campaign: RatingCampaign, lead: Person, sign_in: SignIn, make_stock: Stock
) -> None:
    first = make_stock(campaign.landlord)[0]
    client, page = sign_in(lead), url("priority_sites", campaign.landlord)
    assert client.post(page, {"residence": first.pk, "level": "important", "reasons": ""}).status_code == 422
    client.post(page, {"residence": first.pk, "level": "important", "reasons": "Halls occupés."})
    site = PrioritySite.objects.get()
    remove = url("priority_site_remove", campaign.landlord, site_id=site.pk)
    assert client.post(remove, {"because": " "}).status_code == 422
    assert client.post(remove, {"because": "Vendue."}).status_code == 302
    assert "Vendue." in client.get(page).content.decode()
    assert client.post(url("priority_sites_confirm", campaign.landlord), {"empty_because": ""}).status_code == 422


def test_no_box_puts_an_undiagnosed_residence_on_a_closed_list(
    campaign: RatingCampaign, lead: Person, sign_in: SignIn, make_stock: Stock, diagnose: Callable[..., Assessment]
) -> None:
    first, second, _ = make_stock(campaign.landlord)
    given = [Given(one.pk, Level.EXTREME, "Crise.") for one in (first, second)]
    operations.rate(campaign=campaign, given=given, by=lead, at=NOON)
    diagnose(second, lead)
    RatingCampaign.objects.filter(pk=campaign.pk).update(list_confirmed_at=NOON, closed_at=NOON)
    client, page = sign_in(lead), url("priority_sites", campaign.landlord)
    shown = words(client.get(page))
    assert "Diagnostic à terminer d’abord" in shown
    assert f'value="{second.pk}" aria-label' in shown
    assert f'value="{first.pk}" aria-label' not in shown
    add = url("priority_sites_add", campaign.landlord)
    assert client.post(add, {"residence": [first.pk, second.pk]}).status_code == 422
    assert not PrioritySite.objects.exists(), "all or none"
    assert client.post(page, {"residence": first.pk, "level": "extreme", "reasons": "Crise."}).status_code == 422
    start = client.post(url("site_grid", campaign.landlord, residence_id=first.pk))
    assert start.status_code == 302, "a diagnosis can begin after the rating is closed"
    client.post(add, {"residence": second.pk})
    assert PrioritySite.objects.get().residence == second


def test_a_priority_site_that_left_the_stock_still_leads_somewhere(
    campaign: RatingCampaign, lead: Person, sign_in: SignIn, make_stock: Stock
) -> None:
    left, *_ = make_stock(campaign.landlord, year=2024)
    stays, *_ = make_stock(campaign.landlord, year=2025)
    for one in (left, stays):
        operations.declare_priority(
            landlord=campaign.landlord, residence=one, level=Level.EXTREME, reasons="Crise.", by=lead, at=NOON
        )
    operations.rate(campaign=campaign, given=[Given(stays.pk, Level.MEDIUM, "Mieux.")], by=lead, at=NOON)
    client = sign_in(lead)
    page = words(client.get(url("priority_sites", campaign.landlord)))
    assert "sortie du patrimoine" in page
    assert "cotée « moyenne » dans ce cycle" in page
    for link in (
        url("residence", campaign.landlord, residence_id=left.pk),
        url("site", campaign.landlord, residence_id=stays.pk),
    ):
        assert f'href="{link}"' in page
        assert client.get(link).status_code == 200


def test_filters_and_export_say_the_same(campaign: RatingCampaign, lead: Person, sign_in: SignIn, make_stock: Stock) -> None:
    first, _, _ = make_stock(campaign.landlord)
    operations.rate(campaign=campaign, given=[Given(first.pk, Level.EXTREME, "=CRISE")], by=lead, at=NOON)
    client = sign_in(lead)
    page = client.get(url("sites", campaign.landlord), {"niveau": "extreme"}).content.decode()
    assert "1 résidence du dernier millésime" in page
    csv = client.get(url("sites_export", campaign.landlord, form="csv"), {"niveau": "extreme"}).content.decode("utf-8-sig")
    assert len(csv.splitlines()) == 2
    assert ";'=CRISE;" in csv, "a text that a spreadsheet would run is neutralised"
    assert client.get(url("sites_export", campaign.landlord, form="exe")).status_code == 404


def test_the_list_runs_the_same_queries_with_1_and_30_rows(
    campaign: RatingCampaign, lead: Person, sign_in: SignIn, make_stock: Stock
) -> None:
    client = sign_in(lead)
    counts: dict[str, list[int]] = {}
    for number, year in ((1, 2024), (30, 2025)):
        residences = make_stock(campaign.landlord, number, year=year)
        given = [Given(r.pk, Level.EXTREME, "Crise.") for r in residences]
        operations.rate(campaign=campaign, given=given, by=lead, at=NOON)
        for name in ("sites", "priority_sites"):
            client.get(url(name, campaign.landlord))
            with CaptureQueriesContext(connection) as seen:
                assert client.get(url(name, campaign.landlord)).status_code == 200
            counts.setdefault(name, []).append(len(seen))
    assert all(few == many for few, many in counts.values()), counts
