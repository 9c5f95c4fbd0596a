"""An urn gives back every answer, at once, in no order, with the groups that enough others share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.db import connection

from palier.answers.models import Answer, Draft, Remark, Slip
from palier.answers.operations import empty_due, erase_remarks, keep_draft, submit
from palier.answers.operations.urns import HOT_BATCH
from palier.answers.rules.groups import FEWEST
from palier.calendar import add_months, at_hour, paris_day
from palier.directory.models import Landlord
from palier.ledger.models import Entry
from palier.surveys.models import Household, Wave
from palier.surveys.rules.contact import Mode
from palier.surveys.rules.retention import RULES, Held
from palier.surveys.rules.waves import Design, EventKind
from tests.answers.scene import FINE, LATER, addressed, closed, links, running

pytestmark = pytest.mark.django_db
Households = Callable[..., list[Household]]


def answer_all(wave: Wave, count: int = 10_000, **more: object) -> None:
    for number, (_, token) in enumerate(links(wave)[:count]):
        said = FINE | {"mark": number % 11} | more
        submit(to=addressed(token), said=said, mode=Mode.PHONE if number % 10 == 0 else Mode.WEB)


def test_nothing_leaves_the_urn_of_a_wave_before_its_close(
    landlord: Landlord, make_households: Households, at: datetime
) -> None:
    make_households(40)
    wave = running(landlord, at)
    answer_all(wave)
    assert empty_due(at=at + LATER) == 0
    close_at = at + LATER
    closed(wave, close_at)
    assert empty_due(at=close_at + timedelta(minutes=5)) == 0
    assert empty_due(at=close_at + LATER) == 40
    assert empty_due(at=close_at + LATER) == 0
    assert Answer.objects.count() == 40
    assert not Slip.objects.exists()
    assert Counter(answer.said["mark"] for answer in Answer.objects.all()) == Counter(n % 11 for n in range(40))
    line = Entry.objects.order_by("-number")[0]
    assert line.act == "answers.urn_emptied"
    assert line.content["facts"]["answers"] == 40  # type: ignore[index]


def test_answers_keep_the_residence_only_among_five(landlord: Landlord, make_households: Households, at: datetime) -> None:
    households = make_households(40)
    wave = running(landlord, at)
    alone = households[3].residence_id
    there = [one for one in links(wave) if one[0].household and one[0].household.residence_id == alone]
    for invitation, token in links(wave):
        if (invitation, token) not in there[1:]:
            submit(to=addressed(token), said=FINE, mode=Mode.WEB)
    empty_due(at=closed(wave, at))
    kept = Counter((answer.agency, answer.residence_id) for answer in Answer.objects.all())
    assert min(kept.values()) >= 5
    assert alone not in {residence for _, residence in kept}
    assert sum(kept.values()) == 31


def test_free_words_stand_apart_from_the_answer_they_came_with(
    landlord: Landlord, make_households: Households, at: datetime
) -> None:
    make_households(8)
    wave = running(landlord, at)
    answer_all(wave, overall_satisfaction="very_dissatisfied", why="Il fait froid.")
    empty_due(at=closed(wave, at))
    assert all("why" not in answer.said for answer in Answer.objects.all())
    remarks = Remark.objects.all()
    assert {(remark.text, remark.favourable, remark.question) for remark in remarks} == {("Il fait froid.", False, "why")}
    assert not {remark.row for remark in remarks} & {answer.row for answer in Answer.objects.all()}
    day = at_hour(add_months(paris_day(at), RULES[Held.REMARK].months or 0), 12)
    assert erase_remarks(at=day) == 0
    assert erase_remarks(at=day + timedelta(days=2)) == 8
    assert Answer.objects.count() == 8


def test_drafts_of_a_closed_wave_are_forgotten(landlord: Landlord, make_households: Households, at: datetime) -> None:
    make_households(1)
    wave = running(landlord, at)
    [(invitation, token)] = links(wave)
    keep_draft(invitation=invitation, token=token, said={"mark": 3})
    empty_due(at=at + LATER)
    assert Draft.objects.exists()
    empty_due(at=closed(wave, at))
    assert not Draft.objects.exists()


def test_a_hot_wave_is_emptied_by_batches_laid_down_among_the_others(
    landlord: Landlord, make_households: Households, at: datetime
) -> None:
    make_households(HOT_BATCH * 2 + FEWEST)
    wave = running(landlord, at)
    everybody = links(wave)
    Wave.objects.filter(pk=wave.pk).update(design=Design.HOT, trigger=EventKind.INTERVENTION)

    def answer(since: int, until: int) -> None:
        for _, token in everybody[since:until]:
            submit(to=addressed(token), said=FINE, mode=Mode.WEB)

    whole = HOT_BATCH + FEWEST
    answer(0, whole - 1)
    assert empty_due(at=at) == 0
    answer(whole - 1, whole)
    assert empty_due(at=at) == HOT_BATCH
    assert Slip.objects.count() == FEWEST
    first = set(Answer.objects.values_list("row", flat=True))
    answer(whole, whole + HOT_BATCH)
    assert empty_due(at=at + timedelta(days=1)) == HOT_BATCH
    assert Answer.objects.count() == 2 * HOT_BATCH
    assert first <= set(Answer.objects.values_list("row", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT row FROM answers_answer ORDER BY ctid")
        laid = [row in first for (row,) in cursor.fetchall()]
    assert laid != sorted(laid, reverse=True)
    assert laid != sorted(laid)


def test_a_slip_that_no_key_opens_waits_for_its_key(
    landlord: Landlord, make_households: Households, at: datetime, settings: LazySettings
) -> None:
    make_households(6)
    wave = running(landlord, at)
    answer_all(wave)
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another key"
    after = closed(wave, at)
    assert empty_due(at=after) == 0
    assert Slip.objects.count() == 6
    settings.SECRET_KEY_FALLBACKS = [former]
    assert empty_due(at=after) == 6
