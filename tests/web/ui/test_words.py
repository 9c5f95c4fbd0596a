"""Numbers, days and hours as the French write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.safestring import mark_safe

from palier.web.ui.markup import differences, table_roles
from palier.web.ui.templatetags import palier as tags


@pytest.mark.parametrize(
    ("value", "places", "words"),
    [
        (9864, None, "9 864"),
        (0, None, "0"),
        (Decimal("2.60"), 1, "2,6"),
        (Decimal("12000.500"), None, "12 000,5"),
        (Decimal("61.000"), None, "61"),
        (1234567, None, "1 234 567"),
        (16.67, 1, "16,7"),
        (99.96, 1, "100,0"),
        (0.25, 1, "0,3"),
        (2, 1, "2,0"),
        (None, None, ""),
    ],
)
def test_number(value: float | None, places: int | None, words: str) -> None:
    assert tags.number(value, places) == words


@pytest.mark.parametrize(("share", "words"), [(0.76, "76 %"), (Decimal("0.005"), "1 %"), (1, "100 %"), (None, "")])
def test_percent(share: float | None, words: str) -> None:
    assert tags.percent(share) == words


@pytest.mark.parametrize(
    ("kept", "words"),
    [("favourable", "Favorable"), ("reserved", "Réservé"), ("", ""), ("a_word_of_long_ago", "")],
)
def test_opinion_of_an_association(kept: str, words: str) -> None:
    assert tags.opinion(kept) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 octet"),
        (915, "915 octets"),
        (2_500, "2,5 Ko"),
        (30_262_181, "30,3 Mo"),
        (4_200_000_000, "4,2 Go"),
        (None, "0 octet"),
    ],
)
def test_sizes_are_written_as_limits_are(size: int | None, words: str) -> None:
    assert tags.filesizeformat(size) == words


def test_days() -> None:
    assert tags.day(date(2026, 4, 14)) == "mardi 14 avril 2026"
    assert tags.short_day(date(2026, 4, 14)) == "14 avril"
    assert tags.short_day(date(2026, 4, 14), "year") == "14 avril 2026"
    assert tags.day(date(2026, 5, 1)) == "vendredi 1er mai 2026"
    assert tags.day(None) == ""


def test_an_instant_is_told_in_paris() -> None:
    late = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    assert tags.short_day(late) == "1er avril"
    assert tags.clock(late) == "00:30"


def test_differences_underline_words_and_escape_them() -> None:
    assert differences("affichés dans tous les halls", "affichés dans 14 halls") == "affichés dans <ins>tous les</ins> halls"
    assert differences("<b>", "") == "<ins>&lt;b&gt;</ins>"
    assert differences("pareil", "pareil") == "pareil"


def test_a_stacked_table_keeps_its_roles() -> None:
    rows = '<thead><tr><th scope="col">A</th></tr></thead><tbody><tr><th scope="row">b</th><td class="num">1</td></tr>'
    assert table_roles(mark_safe(rows)) == (
        '<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">A</th></tr></thead>'
        '<tbody role="rowgroup"><tr role="row"><th role="rowheader" scope="row">b</th><td role="cell" class="num">1</td></tr>'
    )


@pytest.mark.parametrize(
    ("value", "forms", "said"),
    [
        (0, "s", ""),
        (1, "s", ""),
        (Decimal("1.5"), "s", ""),
        (2, "s", "s"),
        (-3, "s", "s"),
        (1, "reste,restent", "reste"),
        (2, "reste,restent", "restent"),
        ([], "s", ""),
        (["un", "deux"], "s", "s"),
        (None, "s", ""),
    ],
)
def test_the_plural_begins_at_two(value: object, forms: str, said: str) -> None:
    assert tags.pluralize(value, forms) == said
