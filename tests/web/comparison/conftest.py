"""The region of the room's own tests, for its pages."""

from tests.comparison.conftest import make_region

__all__ = ["make_region"]
