"""The same people as in the room's own tests, on 10 March 2026."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
import time_machine

from tests.plans.conftest import Desk, desk, make_action, make_recommendation, make_residence

if TYPE_CHECKING:
    from django.http import HttpResponse

__all__ = ["Desk", "desk", "make_action", "make_recommendation", "make_residence"]


@pytest.fixture(autouse=True)
def _noon(at: datetime) -> Iterator[None]:
    with time_machine.travel(at, tick=False):
        yield


def said(answer: HttpResponse) -> str:
    """A page with the spaces that people type."""
    return answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ")
