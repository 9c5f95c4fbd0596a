"""The field of the visits, for their pages."""

from tests.visits.conftest import field, make_stock
from tests.web.visits.phone import phone

__all__ = ["field", "make_stock", "phone"]
