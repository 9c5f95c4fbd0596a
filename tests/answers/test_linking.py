"""Whoever holds the whole database, its secrets apart, links answers to households no better than by chance.

The attacker reads every table as a copy gives it, in the order in which rows lie, and tries every way we know of: that order,
the order of names, a value that stands on both sides. The truth is known here from answers that are all different. The same
attack is run with the cure off: it must then succeed, or it would prove nothing.
"""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import product
from typing import Any

import pytest
from django.db import connection

from palier.answers.operations import empty_due, keep_draft, submit
from palier.answers.operations.urns import empty_urn
from palier.answers.sealing import slip_row
from palier.directory.models import Landlord
from palier.surveys.models import Household, Invitation
from palier.surveys.rules.contact import Mode
from tests.answers.scene import FINE, addressed, closed, links, running

pytestmark = pytest.mark.django_db
Households = Callable[..., list[Household]]
# All different, so that the truth is known.
SIGNATURES = [{"lift": "yes", "lift_days": days, "mark": mark} for days, mark in product(range(3), range(11))]
SIGNATURES += [one | {"overall_satisfaction": "very_satisfied"} for one in SIGNATURES]
COUNT = 60


def copied(table: str) -> list[dict[str, str]]:
    """A table as ``COPY`` gives it: every row as texts, in the order in which rows lie."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position", [table]
        )
        names = [name for (name,) in cursor.fetchall()]
    with connection.connection.cursor() as raw, raw.copy(f"COPY {table} TO STDOUT") as copy:
        return [dict(zip(names, map(str, row), strict=True)) for row in copy.rows()]


def signature(said: dict[str, Any]) -> tuple[Any, ...]:
    return said["overall_satisfaction"], said["lift_days"], said["mark"]


def links_found(truth: dict[int, tuple[Any, ...]]) -> int:
    """The most answers that one way of linking ties to the right household."""
    invitations = [row for row in copied("surveys_invitation") if row["outcome"] in {"1.1", "1.2"}]
    homes = {row["id"]: row["residence_id"] for row in copied("surveys_household")}
    answers = copied("answers_answer")
    said = {answer["row"]: signature(_loaded(answer["said"])) for answer in answers}
    orders = [
        (in_order, among)
        for in_order in (lambda rows, _: list(rows), lambda rows, name: sorted(rows, key=lambda row: row[name]))
        for among in (True, False)
    ]
    best = 0
    for order, by_home in orders:
        asked = order(invitations, "digest")
        given = order(answers, "row")
        pairs = _paired(asked, given, homes) if by_home else list(zip(asked, given, strict=True))
        best = max(best, sum(truth[int(one["id"])] == said[other["row"]] for one, other in pairs))
    return best


def _paired(
    invitations: Sequence[dict[str, str]], answers: Sequence[dict[str, str]], homes: dict[str, str]
) -> list[tuple[dict[str, str], dict[str, str]]]:
    pairs = []
    for home in set(homes.values()):
        asked = [one for one in invitations if homes[one["household_id"]] == home]
        pairs += zip(asked, [one for one in answers if one["residence_id"] == home], strict=False)
    return pairs


def _loaded(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.fixture
def answered(landlord: Landlord, make_households: Households, at: datetime) -> tuple[dict[int, tuple[Any, ...]], datetime]:
    """A wave that everybody answered, in an order of its own: what each said, and when the urn may be emptied."""
    make_households(COUNT)
    with connection.cursor() as cursor:  # what other tests left free would be filled first, and rows lie in no order
        cursor.execute("TRUNCATE surveys_invitation, answers_slip, answers_answer CASCADE")
    wave = running(landlord, at)
    everybody = list(zip(links(wave), SIGNATURES, strict=False))
    random.Random(7).shuffle(everybody)
    truth = {}
    for (invitation, token), said in everybody:
        keep_draft(invitation=invitation, token=token, said=FINE | said)
        submit(to=addressed(token), said=FINE | said, mode=Mode.WEB)
        truth[invitation.pk] = signature(FINE | said)
    return truth, closed(wave, at)


def test_the_whole_database_links_answers_no_better_than_chance(answered: tuple[dict[int, tuple[Any, ...]], datetime]) -> None:
    truth, when = answered
    assert len(set(truth.values())) == COUNT
    assert empty_due(at=when) == COUNT
    # Four residences: a draw of lots ties one answer of each to its household, four in all. More than sixteen: once in 200,000.
    assert links_found(truth) <= 16


def test_the_attack_succeeds_once_the_cure_is_off(
    answered: tuple[dict[int, tuple[Any, ...]], datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    truth, when = answered
    monkeypatch.setattr(secrets.SystemRandom, "shuffle", lambda *_: None)
    assert empty_due(at=when) == COUNT
    assert links_found(truth) > COUNT / 2


def test_nothing_that_names_an_invitation_stands_beside_an_answer(
    answered: tuple[dict[int, tuple[Any, ...]], datetime],
) -> None:
    _, when = answered
    before = {table: copied(table) for table in ("answers_slip", "answers_draft")}
    assert before["answers_draft"] == []
    named = {text for row in copied("surveys_invitation") for text in (row["digest"], row["code"])}
    for row in before["answers_slip"]:
        assert not named & set(row.values())
        assert "very_satisfied" not in row["sealed"]
    empty_due(at=when)
    slips = {row["row"] for row in before["answers_slip"]}
    for row in copied("answers_answer"):
        assert not (named | slips) & set(row.values())


def test_no_line_of_the_ledger_no_message_and_no_job_follows_an_answer(
    landlord: Landlord, make_households: Households, at: datetime
) -> None:
    make_households(1)
    wave = running(landlord, at)
    [(_, token)] = links(wave)
    tables = [
        table for table in connection.introspection.table_names() if not table.startswith(("answers_", "surveys_invitation"))
    ]
    before = {table: copied(table) for table in tables}
    submit(to=addressed(token), said=FINE, mode=Mode.WEB)
    assert [table for table in tables if copied(table) != before[table]] == []


def test_the_link_itself_finds_nothing_once_the_urn_is_empty(
    landlord: Landlord, make_households: Households, at: datetime
) -> None:
    make_households(6)
    wave = running(landlord, at)
    everybody = links(wave)
    for _, token in everybody:
        submit(to=addressed(token), said=FINE, mode=Mode.WEB)
    empty_urn(wave=wave, at=at)
    rows = {row["row"] for row in copied("answers_answer")}
    assert not rows & {str(slip_row(token)) for _, token in everybody}
    assert not Invitation.objects.filter(sealed__isnull=False).exists()
