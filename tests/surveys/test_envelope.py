"""An address that a postman can deliver, or none."""

from __future__ import annotations

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
        ("Appartement 29 Allée du Port", ("Appartement 29 Allée du Port", "5 rue du Belvédère", "93140 Bondy")),
        ("Rés. les 3 Moulins", ("Rés. les 3 Moulins", "5 rue du Belvédère", "93140 Bondy")),
        ("Logement 10234", ("Logement 10234", "5 rue du Belvédère", "93140 Bondy")),
    ],
)
def test_a_households_address_is_completed_from_its_residences(address: str, lines: tuple[str, ...]) -> None:
    assert envelope(name="Mme L.", address=address, **HOME) == ("Mme L.", *lines)


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
    ],
)
def test_what_nothing_completes_leads_nowhere(address: str, home: dict[str, str]) -> None:
    assert envelope(name="Mme L.", address=address, **home) == ()
