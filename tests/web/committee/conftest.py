"""The bench of the committee's room, for its pages."""

from tests.committee.conftest import bench

__all__ = ["bench"]
