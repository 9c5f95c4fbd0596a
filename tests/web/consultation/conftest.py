"""The same people as in the room's own tests, on 10 March 2026, with a journey at its first stage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest
import time_machine

from palier.calendar import paris_day
from tests.consultation.conftest import House, house, make_document, make_round, voice_of

if TYPE_CHECKING:
    from django.http import HttpResponse

    from palier.label.models import Journey

__all__ = ["house", "make_document", "make_round", "voice_of"]


@pytest.fixture(autouse=True)
def _noon(at: datetime) -> Iterator[None]:
    with time_machine.travel(at, tick=False):
        yield


@pytest.fixture
def make_journey(db: None, at: datetime) -> Callable[[House], Journey]:
    from palier.label import operations, queries

    def make(house: House) -> Journey:
        operations.load_shipped(effective_from=date(2020, 1, 1), at=at)
        rules = queries.rule_set_on(on=paris_day(at), code="eighteen_eighteen")
        assert rules is not None
        return operations.open_journey(landlord=house.landlord, rules=rules, by=house.lead, at=at)

    return make


def said(answer: HttpResponse) -> str:
    """A page with the spaces that people type."""
    return answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ")
