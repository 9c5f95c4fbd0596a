"""The desk of call-backs and the households of surveys, for their pages."""

from tests.cases.conftest import desk
from tests.surveys.conftest import landlord, make_households, make_stock, residences

__all__ = ["desk", "landlord", "make_households", "make_stock", "residences"]
