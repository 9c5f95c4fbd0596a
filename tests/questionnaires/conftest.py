"""A landlord that writes its own questionnaires."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from palier.directory.models import Landlord


@pytest.fixture
def landlord(make_landlord: Callable[..., Landlord]) -> Landlord:
    return make_landlord()
