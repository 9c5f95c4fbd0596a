"""The benches of the committee's room, for its pages."""

from tests.committee.conftest import at_the_committee, bench, consulted, referent, sitting

__all__ = ["at_the_committee", "bench", "consulted", "referent", "sitting"]
