"""The committee that decides, and a day that stands still, for the pages of the register."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.fixtures import NOON
from tests.register.conftest import scene

__all__ = ["noon", "scene"]


@pytest.fixture
def noon() -> Iterator[None]:
    """It is the noon of tests."""
    with time_machine.travel(NOON, tick=False):
        yield
