"""The landlord and households of surveys."""

from __future__ import annotations

from tests.surveys.conftest import landlord, make_households, make_stock, residences

__all__ = ["landlord", "make_households", "make_stock", "residences"]
