"""The association of the room's own tests, for its pages."""

from tests.studies.conftest import make_region

__all__ = ["make_region"]
