"""A file is looked at, read as said, previewed, brought in whole and taken back whole."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from palier.documents import storage
from palier.jobs.files import sweep
from palier.ledger.models import Entry as Line
from palier.sources import operations, queries
from palier.sources.models import Incident, Intake, Reading, SavedMapping
from palier.sources.reading.values import period
from palier.sources.rules.intake import Layout, State
from palier.stock.models import Residence
from palier.stock.operations import receive
from palier.verdict import Conflict, Refusal

if TYPE_CHECKING:
    from palier.directory.models import Landlord

Apply = Callable[[Intake], Intake]
Deposit = Callable[..., Intake]
WIDE = (
    "Résidence;Logements vacants;Nombre de logements vacants base;Impayés;Total ménages en impaye;Classe PSP\n"
    "Résidence A;3;;5;38;2\nRésidence B;1;;2;40;5\n"
).encode()
LONG = (
    "Résidence;Indicateur;Période;Nombre\n"
    "Résidence A;Incidents;01/2026;3\nRésidence A;Incidents;02/2026;5\nRésidence B;incivilités;T4 2025;2\n"
).encode()
INCIDENTS = (
    "Date;Résidence;Nature;Lieu;Plainte;Commentaire;Auteur;Référence\n"
    "03/02/2026;Résidence A;Tag;Hall;non;Porte taguée.;Karim B.;I-1\n"
    "04/02/2026;Résidence B;Rodéo;Parking;;Vu Karim Benali sur le parking;Karim B.;I-2\n"
).encode()
YEAR = {"starts_on": date(2025, 1, 1), "ends_on": date(2025, 12, 31)}


def test_one_line_a_residence_brings_several_indicators(residences: list[Residence], deposit: Deposit, apply: Apply) -> None:
    intake = deposit(WIDE, **YEAR)
    assert intake.state == State.READY, intake.faults
    assert not Reading.objects.exists()
    assert [figures["label"] for figures in intake.report["figures"]] == [
        "Classe du PSP",
        "Vacance de plus de 3 mois",
        "Ménages en impayé de plus de 3 mois",
    ]
    apply(intake)
    found = {(r.residence.name[-1], r.indicator): (r.value, r.denominator) for r in Reading.objects.all()}
    assert found["A", "vacancy"] == (7.5, 40)
    assert found["A", "arrears"][1] == 38
    assert found["B", "psp_class"] == (5, None)


def test_one_line_a_figure_brings_periods_of_any_length(residences: list[Residence], deposit: Deposit, apply: Apply) -> None:
    apply(deposit(LONG))
    found = [(r.starts_on, r.ends_on, r.numerator) for r in Reading.objects.order_by("starts_on")]
    assert found == [
        (date(2025, 10, 1), date(2025, 12, 31), 2),
        (date(2026, 1, 1), date(2026, 1, 31), 3),
        (date(2026, 2, 1), date(2026, 2, 28), 5),
    ]


def test_words_of_the_landlord_are_explained_once_and_kept_for_the_next_file(
    residences: list[Residence], deposit: Deposit, apply: Apply
) -> None:
    intake = deposit(INCIDENTS)
    assert (intake.layout, intake.state) == (Layout.INCIDENTS, State.TO_COMPLETE)
    assert intake.report["unknown"] == {"kind": [["rodeo", 1]]}
    intake = deposit(INCIDENTS, words={"kind": {"rodeo": "other"}}, save_as="Notre outil")
    apply(intake)
    assert Incident.objects.count() == 2
    later = INCIDENTS.replace(b"I-1", b"I-3").replace(b"I-2", b"I-4")
    assert deposit(later).state == State.READY
    assert SavedMapping.objects.get().name == "Notre outil"


def test_the_author_of_an_incident_is_never_read_and_words_that_name_are_left_aside(
    residences: list[Residence], deposit: Deposit, apply: Apply, at: datetime
) -> None:
    intake = apply(deposit(INCIDENTS, words={"kind": {"rodeo": "other"}}))
    assert sorted(Incident.objects.values_list("text", flat=True)) == ["", "Porte taguée."]
    intake.refresh_from_db()
    kept = f"{intake.profile}{intake.report}{intake.faults}{list(Line.objects.values_list('content', flat=True))}"
    assert "Karim" not in kept
    assert "Benali" not in kept
    sweep(at=datetime.now(tz=UTC) + timedelta(days=3))
    assert not storage.path_of(intake.file_digest).exists()


def test_the_same_incidents_do_not_come_in_twice(residences: list[Residence], deposit: Deposit, apply: Apply) -> None:
    words = {"kind": {"rodeo": "other"}}
    apply(deposit(INCIDENTS, words=words))
    again = deposit(INCIDENTS, words=words)
    assert again.state == State.REFUSED
    assert "déjà enregistré" in again.faults[0]["sentence"]
    assert Incident.objects.count() == 2


def test_what_is_not_found_is_said_by_line_and_left_aside_only_when_asked(
    residences: list[Residence], deposit: Deposit, apply: Apply
) -> None:
    content = "Résidence;Année;Classe PSP\nRésidence A;2025;2\nLes Ormes;2025;4\n".encode()
    refused = deposit(content)
    assert refused.state == State.REFUSED
    assert refused.faults == [
        {"place": "Ligne 3, colonne Résidence", "sentence": "« Les Ormes » n’est aucune résidence du patrimoine."}
    ]
    assert refused.report["lost"] == [["Les Ormes", 1]]
    intake = apply(deposit(content, skip_unknown=True))
    assert intake.report["asides"][0]["place"] == "Ligne 3"
    assert Reading.objects.get().residence == residences[0]


def test_a_residence_is_found_by_code_name_or_any_of_its_addresses(
    residences: list[Residence], deposit: Deposit, apply: Apply
) -> None:
    Residence.objects.filter(pk=residences[0].pk).update(code="0042")
    Residence.objects.filter(pk=residences[1].pk).update(address="12 bis avenue du Général Leclerc")
    content = "Code;Adresse;Année;Classe PSP\n42;;2025;2\n;12 BIS AV DU GENERAL LECLERC;2025;4\n".encode()
    apply(deposit(content))
    assert {r.residence_id: r.value for r in Reading.objects.all()} == {residences[0].pk: 2, residences[1].pk: 4}


def test_a_code_and_a_name_of_two_residences_are_refused(residences: list[Residence], deposit: Deposit) -> None:
    Residence.objects.filter(pk=residences[0].pk).update(code="42")
    intake = deposit("Code;Résidence;Année;Classe PSP\n42;Résidence B;2025;2\n".encode())
    assert intake.state == State.REFUSED
    assert "le nom d’une autre" in intake.faults[0]["sentence"]


def test_taking_a_file_back_lets_what_it_superseded_hold_again(
    residences: list[Residence], deposit: Deposit, apply: Apply, at: datetime
) -> None:
    apply(deposit(WIDE, **YEAR))
    second = deposit(WIDE.replace(b"A;3;", b"A;8;"), **YEAR)
    assert (second.report["superseding"], second.report["known"]) == (1, 5)
    apply(second)
    assert queries.readings_of(residence=residences[0], indicator="vacancy").get().numerator == 8
    operations.undo_intake(intake=second, by=None, at=at)
    assert queries.readings_of(residence=residences[0], indicator="vacancy").get().numerator == 3
    with pytest.raises(Refusal, match="rien à annuler"):
        operations.undo_intake(intake=second, by=None, at=at)


def test_taking_back_a_list_of_incidents_voids_them(
    residences: list[Residence], deposit: Deposit, apply: Apply, at: datetime, landlord: Landlord
) -> None:
    intake = apply(deposit(INCIDENTS, words={"kind": {"rodeo": "other"}}))
    operations.undo_intake(intake=intake, by=None, at=at)
    assert not queries.incidents(landlord=landlord).exists()
    assert queries.incidents(landlord=landlord, voided=True).count() == 2


def test_a_preview_that_no_longer_holds_brings_nothing_in(residences: list[Residence], deposit: Deposit, apply: Apply) -> None:
    intake = deposit(WIDE, **YEAR)
    Residence.objects.filter(pk=residences[1].pk).update(name="Les Ormes", plain_name="les ormes")
    with pytest.raises(Conflict, match="patrimoine a changé"):
        apply(intake)
    assert not Reading.objects.exists()


def test_a_file_is_brought_in_once(residences: list[Residence], deposit: Deposit, apply: Apply, at: datetime) -> None:
    intake = deposit(WIDE, **YEAR)
    apply(Intake.objects.get(pk=intake.pk))
    found = operations.read_again(intake, operations.answers_of(intake), at=at)
    with pytest.raises(Conflict):
        operations.apply_intake(intake=intake, found=found, by=None, at=at)
    with pytest.raises(Conflict):
        operations.drop_intake(intake=intake, by=None, at=at)
    assert Line.objects.filter(act="sources.file_applied").count() == 1


def test_columns_that_do_not_allow_to_read_are_refused_with_every_reason(
    landlord: Landlord, residences: list[Residence], at: datetime
) -> None:
    received = receive(file=io.BytesIO(WIDE), name="a.csv")
    looked = operations.look_at(received.digest)
    intake = operations.open_intake(landlord=landlord, received=received, looked=looked, by=None, at=at)
    said = replace(
        operations.answers_of(intake), mapping={1: "vacancy.of", 2: "vacancy.of", 3: "arrears.count", 4: "arrears.value"}
    )
    found = operations.read_again(intake, said, at=at)
    with pytest.raises(Refusal) as refused:
        operations.keep_preview(intake=intake, answers=said, found=found, by=None, at=at)
    assert len(refused.value.verdict.reasons) == 5


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2025", (date(2025, 1, 1), date(2025, 12, 31))),
        ("03/2025", (date(2025, 3, 1), date(2025, 3, 31))),
        ("2024-02", (date(2024, 2, 1), date(2024, 2, 29))),
        ("Février 2024", (date(2024, 2, 1), date(2024, 2, 29))),
        ("T1 2025", (date(2025, 1, 1), date(2025, 3, 31))),
        ("2025-T4", (date(2025, 10, 1), date(2025, 12, 31))),
        ("2T2025", (date(2025, 4, 1), date(2025, 6, 30))),
        ("S2 2025", (date(2025, 7, 1), date(2025, 12, 31))),
    ],
)
def test_a_period_is_read_as_people_write_it(text: str, span: tuple[date, date]) -> None:
    assert period(text) == span
