"""The session that was held, for the pages of its minutes."""

from tests.minutes.conftest import at_the_committee, held, referent, sitting

__all__ = ["at_the_committee", "held", "referent", "sitting"]
