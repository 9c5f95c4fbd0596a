"""The stock of the rating, for its pages."""

from tests.sites.conftest import make_stock

__all__ = ["make_stock"]
