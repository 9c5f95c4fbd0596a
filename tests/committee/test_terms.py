"""Terms as dated data: read with every fault named, worded for people, published in order, kept for ever."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from fractions import Fraction
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.committee import operations, queries
from palier.committee.models import TermsVersion
from palier.committee.rules.terms import SHARES, Base, Matter, Threshold, differences, lines, parse
from palier.ledger.models import Entry
from palier.ledger.rules import Audience
from palier.verdict import Refusal
from tests.committee.conftest import DAY, Bench

SHIPPED = queries.shipped_terms()


def changed(**more: Any) -> dict[str, Any]:
    return deepcopy(SHIPPED) | more


@given(st.sampled_from(sorted(SHARES)), st.booleans(), st.integers(0, 60))
def test_the_least_is_the_first_number_that_reaches(share: Fraction, strict: bool, whole: int) -> None:
    least = Threshold(share, Base.SEATS, strict).least(whole)

    def reaches(n: int) -> bool:
        return n > share * whole if strict else n >= share * whole

    assert reaches(least)
    assert least == 1 or not reaches(least - 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": " "}, "« title »"),
        ({"quorum": None}, "« quorum » : indiquez une part"),
        ({"quorum": {"share": "1/2", "of": "cast", "strict": True}}, "« quorum.of » : choisissez parmi seats, sitting."),
        ({"majority": {"share": "0.5", "of": "cast", "strict": True}}, "« majority.share » : choisissez parmi 1/4"),
        ({"majority": {"share": "1", "of": "cast", "strict": True}}, "plus de la totalité ne s’atteint jamais"),
        ({"majorities": {"lunch": SHIPPED["majority"]}}, "le sujet « lunch » n’existe pas"),
        ({"notice_days": -1}, "« notice_days » : indiquez un nombre entier"),
        ({"secret": "non"}, "« secret » : répondez par oui ou par non."),
    ],
)
def test_every_fault_is_named_with_its_cure(change: dict[str, Any], said: str) -> None:
    with pytest.raises(Refusal) as refusal:
        parse(changed(**change))
    assert said in refusal.value.verdict.sentence


def test_terms_are_read_in_words_and_compared() -> None:
    before = parse(SHIPPED)
    assert ("Quorum", "plus de la moitié des sièges ayant une voix") in lines(before)
    assert ("Majorité : suspension ou retrait du label", "au moins les deux tiers des voix exprimées") in lines(before)
    after = parse(changed(casting_vote=False, majorities={}, second_quorum={"share": "1/3", "of": "seats", "strict": False}))
    assert differences(before, before) == []
    assert differences(before, after) == [
        ("Quorum sur seconde convocation", "aucun", "au moins le tiers des sièges ayant une voix"),
        ("Voix prépondérante de la présidence en cas de partage égal", "oui", "non"),
        ("Majorité : suspension ou retrait du label", "au moins les deux tiers des voix exprimées", "comme les autres sujets"),
    ]
    assert parse(SHIPPED).majority_on(Matter.OTHER).share == Fraction(1, 2)


@pytest.mark.django_db
def test_versions_follow_each_other_and_each_day_has_its_own(bench: Bench) -> None:
    day = DAY + timedelta(days=30)
    draft = operations.draft_terms(
        committee=bench.committee, data=changed(casting_vote=False), effective_from=day, by=bench.referent, at=bench.at
    )
    assert queries.terms_on(committee=bench.committee, on=day).number == 1  # type: ignore[union-attr]
    operations.publish_terms(draft=draft, by=bench.referent, at=bench.at)
    assert queries.terms_on(committee=bench.committee, on=day - timedelta(days=1)).number == 1  # type: ignore[union-attr]
    assert queries.terms_on(committee=bench.committee, on=day).number == 2  # type: ignore[union-attr]


@pytest.mark.django_db
def test_terms_change_neither_the_past_nor_what_is_published(bench: Bench) -> None:
    def code(act: Callable[[], object]) -> str:
        with pytest.raises(Refusal) as refusal:
            act()
        return refusal.value.verdict.reasons[0].code

    given_: dict[str, Any] = {"by": bench.referent, "at": bench.at}
    later = given_ | {"at": bench.at + timedelta(days=9)}

    def dated(days: int, **when: Any) -> TermsVersion:
        day = DAY + timedelta(days=days)
        return operations.draft_terms(committee=bench.committee, data=SHIPPED, effective_from=day, **when)

    assert code(lambda: dated(0, **given_)) == "committee.terms_order"  # the day it was founded has its terms
    assert code(lambda: dated(8, **later)) == "committee.terms_past"
    draft = dated(1, **given_)
    assert code(lambda: dated(2, **given_)) == "committee.draft_waits"
    for day in (DAY, DAY - timedelta(days=1)):
        move = partial(operations.change_terms, draft=draft, over=bench.at, data=SHIPPED, effective_from=day, **given_)
        assert code(move) == "committee.terms_order"
    assert code(lambda: operations.publish_terms(draft=draft, **later)) == "committee.terms_past"
    operations.publish_terms(draft=draft, **given_)
    assert code(lambda: operations.publish_terms(draft=draft, **given_)) == "committee.terms_published"
    change = lambda: operations.change_terms(draft=draft, over=bench.at, data=SHIPPED, effective_from=DAY, **given_)  # noqa: E731
    assert code(change) == "committee.terms_published"


@pytest.mark.django_db
def test_a_draft_and_its_changes_are_on_record_for_the_team(bench: Bench) -> None:
    given = {"effective_from": DAY + timedelta(days=30), "by": bench.referent, "at": bench.at}
    draft = operations.draft_terms(committee=bench.committee, data=changed(notice_days=10), **given)
    operations.change_terms(draft=draft, over=bench.at, data=changed(notice_days=12), **given)
    said = Entry.objects.filter(subject_kind="committee.terms", subject_id=draft.pk).order_by("number")
    assert [(line.act, line.content["facts"]["data"]["notice_days"]) for line in said] == [
        ("committee.terms_drafted", 10), ("committee.terms_changed", 12),
    ]  # fmt: skip
    assert {line.audience for line in said} == {Audience.SCHEME}
