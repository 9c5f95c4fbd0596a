"""The site and the people of the room's own tests, on 10 March 2026."""

from tests.projects.conftest import Place, desk, make_residence, partner, place
from tests.web.plans.conftest import _noon, said

__all__ = ["Place", "_noon", "desk", "make_residence", "partner", "place", "said"]
