"""The desk of call-backs, for its pages."""

from tests.cases.conftest import desk, make_stock

__all__ = ["desk", "make_stock"]
