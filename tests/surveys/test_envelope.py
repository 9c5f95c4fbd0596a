"""An address that a postman can deliver, or none."""

from __future__ import annotations

from time import process_time

import pytest

from palier.surveys.rules.envelope import envelope

HOME = {"street": "5 rue du Belvédère", "postcode": "93140", "town": "Bondy"}


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        ("12 rue du Port, 93140 Bondy", ("12 rue du Port", "93140 Bondy")),
        ("12, rue du Port 93140 Bondy", ("12 rue du Port", "93140 Bondy")),
        ("Bât. C, 12 bis, rue du Port, Bondy", ("Bât. C", "12 bis rue du Port", "93140 Bondy")),
        ("Appartement 29, Allée du Belvédère", ("Appartement 29", "Allée du Belvédère", "5 rue du Belvédère", "93140 Bondy")),
        ("3 e étage porte 12, 93140 BONDY CEDEX", ("3 e étage porte 12", "5 rue du Belvédère", "93140 BONDY CEDEX")),
        ("Le Bourg, 23000 Guéret, France", ("Le Bourg", "23000 Guéret")),
        ("", ("5 rue du Belvédère", "93140 Bondy")),
        ("10-12 rue du Port", ("10-12 rue du Port", "93140 Bondy")),
        ("12 Grand’Rue, 93140 Bondy", ("12 Grand’Rue", "93140 Bondy")),
        ("7 cour du Port, 93140 Bondy", ("7 cour du Port", "93140 Bondy")),
        ("12 rue du Port, 69470 Cours-la-Ville", ("12 rue du Port", "69470 Cours-la-Ville")),
        ("12/14 rue du Port", ("12/14 rue du Port", "93140 Bondy")),
        ("10-12, rue du Port", ("10-12 rue du Port", "93140 Bondy")),
        ("12 E, rue du Port", ("12 E rue du Port", "93140 Bondy")),
        ("14E rue du Port", ("14E rue du Port", "93140 Bondy")),
        ("N° 12 rue du Port", ("N° 12 rue du Port", "93140 Bondy")),
        ("10-12 Grande Rue", ("10-12 Grande Rue", "93140 Bondy")),
        ("Rés. X 12 rue du Port", ("Rés. X 12 rue du Port", "93140 Bondy")),
        ("Bât C 12 rue du Port", ("Bât C 12 rue du Port", "93140 Bondy")),
        ("Bât C 12 rue du Port, 93140 Bondy", ("Bât C 12 rue du Port", "93140 Bondy")),
        ("1er étage 12 rue du Port, Bondy 93140", ("1er étage 12 rue du Port", "93140 Bondy")),
        ("Bât C 12, rue du Port, 93700 Drancy", ("Bât C 12 rue du Port", "93700 Drancy")),
        ("12 rue du Port, 93700 Drancy, Bât A", ("12 rue du Port", "Bât A", "93700 Drancy")),
        ("12 rue du Port\n93700 Drancy\nFrance", ("12 rue du Port", "93700 Drancy")),
        ("12 rue du Port, 93700, Drancy", ("12 rue du Port", "93700 Drancy")),
        ("Appt 12 droite", ("Appt 12 droite", "5 rue du Belvédère", "93140 Bondy")),
        ("Rés. les 3 Moulins", ("Rés. les 3 Moulins", "5 rue du Belvédère", "93140 Bondy")),
        ("Logement 10234", ("Logement 10234", "5 rue du Belvédère", "93140 Bondy")),
        ("Logement 10234 Bât C, 12 rue du Port, Bondy", ("Logement 10234 Bât C", "12 rue du Port", "93140 Bondy")),
        ("Lgt 00412 Esc B, 12 rue du Port, Bondy", ("Lgt 00412 Esc B", "12 rue du Port", "93140 Bondy")),
        ("12 rue du Port, Lgt 10234 Porte A", ("12 rue du Port", "Lgt 10234 Porte A", "93140 Bondy")),
        ("12 rue du Port, Lot 10234", ("12 rue du Port", "Lot 10234", "93140 Bondy")),
        ("12 rue du Port, BP 10234, 93140 Bondy", ("12 rue du Port", "BP 10234", "93140 Bondy")),
        ("Rue du Belvédère, Appt 3", ("Rue du Belvédère", "Appt 3", "5 rue du Belvédère", "93140 Bondy")),
        ("12 rue du Port, n° client 10234", ("12 rue du Port", "n° client 10234", "93140 Bondy")),
        ("12 rue du Port - 93240 L’Île-Saint-Denis", ("12 rue du Port", "93240 L’Île-Saint-Denis")),
        ("12 cours du Port, 75013 Paris 13e", ("12 cours du Port", "75013 Paris 13e")),
        ("5 rue du Belvédère\nBât C - 93140 Bondy", ("5 rue du Belvédère", "Bât C", "93140 Bondy")),
    ],
)
def test_a_households_address_is_completed_from_its_residences(address: str, lines: tuple[str, ...]) -> None:
    assert envelope(name="Mme L.", address=address, **HOME) == ("Mme L.", *lines)


@pytest.mark.parametrize(
    "address",
    [
        "Immeuble 3 Résidence des Lilas",
        "Tour 2 Résidence du Lac",
        "Entrée 3 Résidence du Lac",
        "Pavillon 12 Cité des Roses",
        "Villa 5 Domaine du Lac",
        "Lot 3 Villa 12",
        "Log 12 Résidence du Lac",
        "T3 Résidence du Lac",
        "chambre 12 résidence du Lac",
        "Le Bourg",
    ],
)
def test_an_estate_is_no_street(address: str) -> None:
    lines = ("Mme L.", address, "5 rue du Belvédère", "93140 Bondy")
    assert envelope(name="Mme L.", address=address, **HOME) == lines
    assert envelope(name="Mme L.", address=f"{address}, 93140 Bondy", **HOME) == lines


def test_a_number_in_an_estate_is_that_of_a_door_or_of_a_street() -> None:
    there = "12 Résidence du Lac"
    assert envelope(name="Mme L.", address=there, **HOME) == ()
    for street in ("", "10 Résidence du Lac"):
        assert envelope(name="Mme L.", address=there, **HOME | {"street": street}) == ("Mme L.", there, "93140 Bondy")
    assert envelope(name="Mme L.", address=f"{there}, 23000 Guéret", **HOME) == ("Mme L.", there, "23000 Guéret")


def test_a_street_said_twice_is_written_once() -> None:
    home = HOME | {"street": "Allée du Belvédère"}
    address = "Appartement 29, ALLEE DU BELVEDERE"
    assert envelope(name="Mme L.", address=address, **home) == ("Mme L.", *address.split(", "), "93140 Bondy")


@pytest.mark.parametrize("piece", ["1 a ", "n° 1 ", "Bât 1", "93140 a", "#1 ", "12 rue ", "é-'", "1", "a", "Bât ", "-"])
def test_a_hostile_line_is_read_at_once(piece: str) -> None:
    start = process_time()
    envelope(name="", address=f"{piece * (300 // len(piece))}?, rue", **HOME)
    assert process_time() - start < 5  # a thousandth of it, or for ever


def test_nobody_named_is_the_occupants_of_one_home() -> None:
    assert envelope(name="", address="Appartement 29", **HOME)[0] == "Aux occupants"
    assert envelope(name="", address="", **HOME) == ()


@pytest.mark.parametrize(
    ("address", "home"),
    [
        ("Appartement 29, Allée du Belvédère", HOME | {"street": ""}),
        ("12 rue du Port", HOME | {"postcode": ""}),
        ("12 rue du Port", HOME | {"town": ""}),
        ("Appartement 3, 23000 Guéret", HOME),
        ("Appt 12 droite, 23000 Guéret", HOME),
        ("12 rue du Port, Drancy 93700", HOME),
        ("Appartement 29 Allée du Port", HOME),
        ("Porte 12 bis rue du Port", HOME),
        ("Cage 2 Square des Lilas", HOME),
        ("rue du Port, Bât C", HOME),
        ("12 rue du Port, 14 rue du Lac", HOME),
        ("12 rue du Port, 93700 Drancy, 93140 Bondy", HOME),
        ("12 rue du Port, 10234 B, 93140 Bondy", HOME),
        ("12 rue du Port, Bat A - 10234", HOME),
        ("10234 rue du Port", HOME),
        ("93700 Drancy 12 rue du Port", HOME),
        ("12 rue du Port, 93700 Drancy Bât A", HOME),
        ("Bât C, 23000 Guéret", HOME),
    ],
)
def test_in_doubt_nothing_is_written(address: str, home: dict[str, str]) -> None:
    assert envelope(name="Mme L.", address=address, **home) == ()
