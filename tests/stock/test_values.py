"""Texts of files become typed values, or a sentence that says what was expected."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.stock.reading.values import BadValue, parser
from palier.stock.rules.fields import FIELDS


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("commune", "93010", "93010"),
        ("commune", "2a004", "2A004"),
        ("commune", "", ""),
        ("postcode", "01000", "01000"),
        ("rooms", "T3 bis", 3),
        ("rooms", "4", 4),
        ("rooms", "0", None),
        ("area", "64,5", Decimal("64.50")),
        ("area", "64 m²", Decimal("64.00")),
        ("built_year", "1974", 1974),
        ("built_year", "1974.0", 1974),
        ("built_year", "12/05/1974", 1974),
        ("built_year", "1974-05-12", 1974),
        ("built_year", "0000", None),
        ("lease_start", "09/2021", date(2021, 9, 1)),
        ("lease_start", "15/09/2021", date(2021, 9, 1)),
        ("lease_start", "2021-09-15", date(2021, 9, 1)),
        ("lease_start", "03/11/26", date(2026, 11, 1)),
        ("lease_start", "3/1/99", date(1999, 1, 1)),
        ("dpe_date", "01/1900", None),
        ("dpe_date", "15/01/00", date(2000, 1, 1)),
        ("convention", "1", True),
        ("convention", "Non", False),
        ("convention", "", None),
        ("qpv_2024", "QN09312I", True),
        ("qpv_2024", "HZ", False),
        ("qpv_2015", "CSZ", False),
        ("qpv", "2", False),
        ("financing", "13", "13"),
        ("financing", "plus", "13"),
        ("occupancy", "Vacant", "2"),
        ("construction", "c", "C"),
        ("dpe", "d", "D"),
        ("homes", "48.0", 48),
        ("lon", "2,4763", 2.4763),
        ("programme", "  Les   Lilas ", "Les Lilas"),
    ],
)
def test_what_is_written_is_understood(field: str, text: str, value: object) -> None:
    assert parser(FIELDS[field])(text) == value


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("commune", "9301", "n’a que 4 caractères, il en faut 5, le 0 du début a pu se perdre dans un tableur"),
        ("commune", "BONDY", "n’est pas un code INSEE de la commune, par exemple 93010"),
        ("rooms", "grand", "n’est pas un nombre de pièces, par exemple 3 ou T3"),
        ("area", "soixante", "n’est pas une surface en m², par exemple 64 ou 64,5"),
        ("area", "4000", "sort des bornes, de 5 à 999"),
        ("built_year", "74", "n’est pas une année sur quatre chiffres, par exemple 1974"),
        ("lease_start", "13/2021", "n’est pas un mois, par exemple 09/2021"),
        ("lease_start", "11/26/03", "n’est pas un mois, par exemple 09/2021"),
        ("lease_start", "26-11-03", "n’est pas un mois, par exemple 09/2021"),
        ("lease_start", "11/26", "n’est pas un mois, par exemple 09/2021"),
        ("dpe_date", "01/01/00", "se lit 1900 ou 2000, écrivez l’année sur quatre chiffres"),
        ("dpe_date", "00/01/00", "se lit 1900 ou 2000, écrivez l’année sur quatre chiffres"),
        ("convention", "peut-être", "n’est ni oui (1) ni non (2)"),
        ("homes", "4.5", "n’est pas un nombre entier"),
        ("lat", "120", "sort des bornes, de -90 à 90"),
        ("lat", "nord", "n’est pas un nombre"),
        ("programme", "x" * 101, "compte 101 caractères, il en faut 100 au plus"),
        ("own_id", "a\x00b", "contient un caractère illisible, retirez-le"),
    ],
)
def test_what_does_not_hold_says_what_was_expected(field: str, text: str, said: str) -> None:
    with pytest.raises(BadValue) as caught:
        parser(FIELDS[field])(text)
    assert caught.value.problem == said


def test_an_unknown_code_lists_the_known_ones() -> None:
    with pytest.raises(BadValue, match="n’est pas un code connu pour « financement » : 10, 11, 12"):
        parser(FIELDS["financing"])("18")


@given(st.sampled_from(sorted(FIELDS)), st.text(max_size=30))
def test_no_text_breaks_a_parser(field: str, text: str) -> None:
    try:
        parser(FIELDS[field])(text)
    except BadValue as problem:
        assert problem.problem  # noqa: PT017 - any text may be refused, with words
