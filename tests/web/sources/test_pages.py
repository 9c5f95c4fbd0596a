"""The pages of the sources: what is present or missing, the grid, files on screen, incidents, who sees which."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.operations import add_association
from palier.directory.rules import Kind, Role
from palier.sources import operations, queries
from palier.sources.models import Incident, Intake, OpenFigure, Reading
from palier.sources.operations import Entry, Told
from palier.sources.rules.incidents import IncidentKind, Place
from palier.sources.rules.intake import Origin, State
from palier.sources.rules.readings import Given
from palier.stock.models import Residence
from tests.fixtures import NOON
from tests.sources.hostile import CASES

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
Stock = Callable[..., list[Residence]]
YEAR = (date(2025, 1, 1), date(2025, 12, 31))
TOLD = {
    "kind": "graffiti",
    "place": "hall",
    "on": "2026-03-09",
    "recurrence": "isolated",
    "victim": "nobody",
    "complaint": "unknown",
    "text": "",
}


def url(name: str, landlord: Landlord, **more: object) -> str:
    return reverse(name, kwargs={"landlord_id": landlord.pk, **more})


def words(answer: HttpResponse) -> str:
    """What a page says, its narrow spaces made plain."""
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def keep(landlord: Landlord, residence: Residence, indicator: str = "vacancy", count: int = 3) -> None:
    entry = Entry(residence.pk, indicator, Given(*YEAR, Decimal(count)))
    operations.record_readings(landlord=landlord, entries=[entry], origin=Origin.FORM, by=None, at=NOON)


def note(landlord: Landlord, residence: Residence, by: Person | None = None, text: str = "") -> Incident:
    told = Told(residence.pk, date(2026, 3, 1), IncidentKind.THREAT, Place.HALL, text=text)
    return operations.record_incident(landlord=landlord, told=told, origin=Origin.FORM, by=by, at=NOON)


def test_without_stock_the_page_says_where_it_comes_from(landlord: Landlord, lead: Person, sign_in: SignIn) -> None:
    page = words(sign_in(lead).get(url("sources", landlord)))
    assert "Aucune résidence pour l’instant." in page
    assert url("stock", landlord) in page


def test_every_source_is_shown_and_a_missing_one_says_how_to_bring_it(
    landlord: Landlord, lead: Person, residences: list[Residence], sign_in: SignIn
) -> None:
    keep(landlord, residences[0])
    page = words(sign_in(lead).get(url("sources", landlord)))
    assert "1 source à jour sur 11, pour 4 résidences." in page
    assert "1 sur 4" in page
    assert "Enquêtes de satisfaction" in page
    assert "Reprenez du prestataire les parts de satisfaits" in page
    assert "Absente" in page


def test_the_grid_keeps_what_was_touched_and_nothing_else(
    landlord: Landlord, lead: Person, residences: list[Residence], sign_in: SignIn
) -> None:
    client, page = sign_in(lead), url("sources_grid", landlord, indicator="vacancy") + "?periode=2025"
    sent = {f"{r.pk}-seen": "0" for r in residences}
    answer = client.post(page, {**sent, f"{residences[0].pk}-count": "3", f"{residences[1].pk}-value": "2,5"})
    assert answer.status_code == 302
    found = {r.residence_id: (r.value, r.denominator) for r in Reading.objects.all()}
    assert found == {residences[0].pk: (Decimal("7.5"), 40), residences[1].pk: (Decimal("2.5"), None)}
    assert "7,5" not in words(client.get(page)), "the count is offered again, not its consequence"


def test_one_cell_of_the_grid_that_does_not_hold_keeps_the_page_out_and_loses_nothing(
    landlord: Landlord, lead: Person, residences: list[Residence], sign_in: SignIn
) -> None:
    page = url("sources_grid", landlord, indicator="vacancy") + "?periode=T4 2025"
    sent = {f"{r.pk}-seen": "0" for r in residences}
    sent |= {f"{residences[0].pk}-count": "3", f"{residences[1].pk}-count": "trois", f"{residences[2].pk}-count": "41"}
    answer = sign_in(lead).post(page, sent)
    said = words(answer)
    assert answer.status_code == 422
    assert "« trois » n’est pas un nombre" in said
    assert "Le compte dépasse le nombre de logements" in said
    assert 'value="trois"' in said
    assert not Reading.objects.exists()


def test_a_figure_changed_meanwhile_is_not_overwritten_from_the_grid(
    landlord: Landlord, lead: Person, residences: list[Residence], sign_in: SignIn
) -> None:
    page = url("sources_grid", landlord, indicator="vacancy") + "?periode=2025"
    sent = {f"{r.pk}-seen": "0" for r in residences} | {f"{residences[0].pk}-count": "9"}
    keep(landlord, residences[0])
    answer = sign_in(lead).post(page, sent)
    assert answer.status_code == 409
    assert "Un chiffre a changé pendant votre saisie" in words(answer)
    assert Reading.objects.get().numerator == 3


@pytest.mark.parametrize("period", ["demain", "", "2025-13", "31/12/2025"])
def test_a_period_that_is_none_is_said_beside_its_field(
    landlord: Landlord, lead: Person, residences: list[Residence], sign_in: SignIn, period: str
) -> None:
    answer = sign_in(lead).get(url("sources_grid", landlord, indicator="vacancy"), {"periode": period})
    assert answer.status_code == 422
    assert "periode" in words(answer)


def test_open_data_has_no_grid(landlord: Landlord, lead: Person, sign_in: SignIn) -> None:
    assert sign_in(lead).get(url("sources_grid", landlord, indicator="iris_income")).status_code == 404
    assert sign_in(lead).get(url("sources_grid", landlord, indicator="nothing")).status_code == 404


def test_a_residence_tells_all_its_figures_and_what_is_not_known(
    landlord: Landlord, lead: Person, residences: list[Residence], sign_in: SignIn
) -> None:
    keep(landlord, residences[0])
    keep(landlord, residences[0], count=5)
    page = words(sign_in(lead).get(url("sources_residence", landlord, residence_id=residences[0].pk)))
    assert "12,5" in page
    assert "5 sur 40" in page
    assert "2 chiffres" in page
    assert "remplacé" in page
    assert "Ce qui n’est pas connu" in page


def test_a_file_goes_from_its_columns_to_its_figures_and_back(
    landlord: Landlord, lead: Person, residences: list[Residence], sign_in: SignIn
) -> None:
    client = sign_in(lead)
    content = "Résidence;Logements vacants;Les chats\nRésidence A;3;2\nLes Ormes;1;4\n".encode()
    answer = client.post(url("sources_deposit", landlord), {"file": SimpleUploadedFile("gestion.csv", content)})
    intake = Intake.objects.get()
    columns = url("sources_file_complete", landlord, intake_id=intake.pk)
    assert answer["Location"] == columns
    assert "Vacance de plus de 3 mois : compte" in words(client.get(columns))
    sent = {"column_0": "residence", "column_1": "vacancy.count", "column_2": ""}
    answer = client.post(columns, sent)
    assert answer.status_code == 422
    assert "indiquez le début et la fin de la période" in words(answer)
    sent |= {"starts_on": "2025-01-01", "ends_on": "2025-12-31", "save_as": "Gestion"}
    client.post(columns, sent)
    page = url("sources_file", landlord, intake_id=intake.pk)
    refused = words(client.get(page))
    assert "« Les Ormes » n’est aucune résidence du patrimoine" in refused
    assert client.get(url("sources_file_faults", landlord, intake_id=intake.pk, kind="csv")).status_code == 200
    client.post(columns, sent | {"skip_unknown": "on"})
    preview = words(client.get(page))
    assert "1 chiffre pour 1 résidence." in preview
    assert "Les Ormes, 1 ligne" in preview
    assert not Reading.objects.exists()
    client.post(url("sources_file_apply", landlord, intake_id=intake.pk))
    assert Reading.objects.get().value == Decimal("7.5")
    client.post(url("sources_file_undo", landlord, intake_id=intake.pk))
    assert not queries.readings_of(residence=residences[0]).exists()
    assert "Gestion" in words(client.get(url("sources_mappings", landlord)))


def test_words_nobody_knows_are_asked_for_on_screen(
    landlord: Landlord, lead: Person, residences: list[Residence], sign_in: SignIn
) -> None:
    client = sign_in(lead)
    content = "Date;Résidence;Nature;Lieu\n03/02/2026;Résidence A;Rodéo;Parking\n".encode()
    client.post(url("sources_deposit", landlord), {"file": SimpleUploadedFile("faits.csv", content)})
    intake = Intake.objects.get()
    columns = url("sources_file_complete", landlord, intake_id=intake.pk)
    sent = {f"column_{index}": name for index, name in intake.mapping.items()}
    assert client.post(columns, sent)["Location"] == columns
    assert "« rodeo », 1 ligne" in words(client.get(columns))
    client.post(columns, sent | {"word_kind_0": "other"})
    client.post(url("sources_file_apply", landlord, intake_id=intake.pk))
    assert Incident.objects.get().kind == "other"


def test_a_list_of_incidents_may_be_read_as_figures_and_back(
    landlord: Landlord, lead: Person, residences: list[Residence], sign_in: SignIn
) -> None:
    client = sign_in(lead)
    content = "Résidence;Année;Incidents\nRésidence A;2025;3\n".encode()
    client.post(url("sources_deposit", landlord), {"file": SimpleUploadedFile("a.csv", content)})
    again = url("sources_file_look_again", landlord, intake_id=Intake.objects.get().pk)
    client.post(again, {"layout": "incidents"})
    assert Intake.objects.get().layout == "incidents"
    client.post(again, {"layout": "nothing"})
    assert Intake.objects.get().layout == "incidents"


@pytest.mark.parametrize("case", CASES[::9], ids=[name for name, *_ in CASES[::9]])
def test_hostile_files_get_a_page_and_never_an_error_of_ours(
    case: tuple[str, str, bytes, str | None], landlord: Landlord, lead: Person, residences: list[Residence], sign_in: SignIn
) -> None:
    client = sign_in(lead)
    _, name, content, expected = case
    answer = client.post(url("sources_deposit", landlord), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code in {302, 422}
    intake = Intake.objects.first()
    if intake is None:
        assert expected is None
        return
    columns = url("sources_file_complete", landlord, intake_id=intake.pk)
    sent = {f"column_{index}": name for index, name in intake.mapping.items()}
    assert client.post(columns, sent).status_code in {302, 422}
    assert client.get(url("sources_file", landlord, intake_id=intake.pk)).status_code == 200
    intake.refresh_from_db()
    assert (intake.state == State.READY) == (expected is not None)


def test_an_incident_is_told_in_three_answers(
    landlord: Landlord, residences: list[Residence], sign_in: SignIn, make_person: Callable[..., Person]
) -> None:
    client = sign_in(make_person(Role.CONTRIBUTOR, landlord))
    answer = client.post(url("incident_report", landlord), TOLD | {"residence": residences[1].pk})
    assert answer.status_code == 302
    assert f"residence={residences[1].pk}" in answer["Location"]
    assert f'<option value="{residences[1].pk}" selected>' in words(client.get(answer["Location"]))
    assert Incident.objects.get().residence == residences[1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": ""}, "Dites ce qui s’est passé."),
        ({"place": "moon"}, "Choisissez l’une des réponses."),
        ({"on": "2027-01-01"}, "La date est dans le futur"),
        ({"on": "hier"}, "Indiquez un jour."),
        ({"text": "vu Karim casser la porte"}, "Décrivez les faits"),
        ({"residence": "999999999"}, "Choisissez une résidence de la liste."),
    ],
)
def test_what_is_wrong_in_an_incident_is_said_beside_it_and_nothing_is_lost(
    landlord: Landlord, lead: Person, residences: list[Residence], sign_in: SignIn, change: dict[str, str], said: str
) -> None:
    sent = TOLD | {"residence": residences[0].pk, "recurrence": "constant"} | change
    answer = sign_in(lead).post(url("incident_report", landlord), sent)
    assert answer.status_code == 422
    assert said in words(answer)
    assert re.search(r'value="constant"[^>]*checked', words(answer))
    assert not Incident.objects.exists()


def test_field_staff_void_their_own_incidents_and_no_others(
    landlord: Landlord, lead: Person, residences: list[Residence], sign_in: SignIn, make_person: Callable[..., Person]
) -> None:
    mine = make_person(Role.CONTRIBUTOR, landlord, "Mme M.")
    own, theirs = note(landlord, residences[0], mine), note(landlord, residences[0], lead)
    client = sign_in(mine)
    assert client.post(url("incident_void", landlord, incident_id=theirs.pk), {"reason": "Erreur."}).status_code == 422
    assert client.post(url("incident_void", landlord, incident_id=own.pk), {"reason": ""}).status_code == 422
    client.post(url("incident_void", landlord, incident_id=own.pk), {"reason": "Saisi deux fois."})
    assert list(queries.incidents(landlord=landlord)) == [theirs]
    assert "Saisi deux fois." in words(client.get(url("incidents", landlord) + "?annules=on"))


def test_incidents_one_by_one_are_closed_to_everybody_but_the_landlords_people(
    landlord: Landlord,
    residences: list[Residence],
    sign_in: SignIn,
    make_person: Callable[..., Person],
    make_organisation: Callable[..., Organisation],
) -> None:
    note(landlord, residences[0], text="Vitre brisée.")
    association = make_organisation(Kind.TENANTS_ASSOCIATION, "Amicale")
    add_association(landlord=landlord, association=association, by=None, at=NOON)
    owner = make_organisation(Kind.LABEL_OWNER, "Union")
    others = [
        make_person(Role.TENANT_REPRESENTATIVE, association),
        make_person(Role.REFERENT, owner),
        make_person(Role.ADMINISTRATOR, owner),
    ]
    for other in others:
        client = sign_in(other)
        for name in ("incidents", "incident_report"):
            assert client.get(url(name, landlord)).status_code == 403
        assert client.get(url("incidents_export", landlord, kind="csv")).status_code == 403
        history = words(client.get(url("history", landlord)))
        assert "Vitre" not in history
        assert "Menace" not in history


def test_exports_hold_the_figures_and_run_nothing(
    landlord: Landlord, lead: Person, residences: list[Residence], sign_in: SignIn
) -> None:
    Residence.objects.filter(pk=residences[0].pk).update(name="=HYPERLINK(1)")
    keep(landlord, residences[0])
    note(landlord, residences[0])
    client = sign_in(lead)
    for name in ("sources_export", "incidents_export"):
        text = client.get(url(name, landlord, kind="csv")).content.decode("utf-8-sig")
        assert "'=HYPERLINK(1)" in text
        assert client.get(url(name, landlord, kind="xlsx")).content.startswith(b"PK")
        assert client.get(url(name, landlord, kind="pdf")).status_code == 404


def test_an_export_of_figures_can_be_brought_in_again(
    landlord: Landlord, lead: Person, residences: list[Residence], sign_in: SignIn
) -> None:
    keep(landlord, residences[0])
    client = sign_in(lead)
    content = client.get(url("sources_export", landlord, kind="csv")).content
    client.post(url("sources_deposit", landlord), {"file": SimpleUploadedFile("export.csv", content)})
    intake = Intake.objects.get()
    sent = {f"column_{index}": name for index, name in intake.mapping.items()}
    client.post(url("sources_file_complete", landlord, intake_id=intake.pk), sent)
    intake.refresh_from_db()
    assert intake.state == State.READY, intake.faults
    assert intake.report["known"] == 1


def test_the_labels_team_loads_open_data_and_others_do_not(
    landlord: Landlord,
    lead: Person,
    sign_in: SignIn,
    make_person: Callable[..., Person],
    make_organisation: Callable[..., Organisation],
) -> None:
    content = b"IRIS;DISP_TP6021;DISP_MED21\n930100101;34;16540\n"

    def sent() -> dict[str, object]:
        return {"what": "incomes", "file": io.BytesIO(content)}

    assert sign_in(lead).post(reverse("open_data"), sent()).status_code == 403
    assert "Charger un fichier" not in words(sign_in(lead).get(reverse("open_data")))
    client = sign_in(make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER, "Union")))
    assert client.post(reverse("open_data"), sent()).status_code == 302
    assert OpenFigure.objects.count() == 2
    assert "2021" in words(client.get(reverse("open_data")))
    answer = client.post(reverse("open_data"), {"what": "offences", "file": io.BytesIO(content)})
    assert answer.status_code == 422
    assert "base communale du ministère" in words(answer)


@pytest.mark.parametrize("name", ["sources", "sources_files", "incidents", "sources_mappings"])
def test_lists_ask_as_little_with_thirty_rows_as_with_one(
    landlord: Landlord, lead: Person, make_stock: Stock, sign_in: SignIn, name: str
) -> None:
    client = sign_in(lead)
    residences = make_stock(landlord, 30)

    def fill(rows: list[Residence]) -> None:
        for number, residence in enumerate(rows):
            keep(landlord, residence)
            note(landlord, residence, lead)
            intake = Intake.objects.create(
                landlord=landlord, layout="wide", file_name="a.csv", file_digest="0" * 64, file_bytes=1, at=NOON, by=lead
            )
            landlord.source_mappings.create(
                name=f"Outil {intake.pk}",
                signature=f"{intake.pk}-{number}",
                layout="wide",
                columns={"columns": {}, "words": {}},
                saved_at=NOON,
                saved_by=lead,
            )

    def asked() -> int:
        client.get(url(name, landlord))
        with CaptureQueriesContext(
            connection,
        ) as queries_made:
            assert client.get(url(name, landlord)).status_code == 200
        return len(queries_made)

    fill(residences[:1])
    one = asked()
    fill(residences[1:])
    assert asked() == one
