"""What a landlord set for its surveys."""

from __future__ import annotations

from palier.directory.models import Landlord
from palier.surveys.models import FieldTerms
from palier.surveys.rules.sendings import Budget, Terms


def terms_of(*, landlord: Landlord | int) -> Terms:
    """The budget, price, signature and conservation that hold for a landlord, its own or those that hold without it."""
    found = FieldTerms.objects.filter(landlord=landlord).first()
    if found is None:
        return Terms()
    return Terms(Budget(found.most, found.days), found.sms_price, found.sender, found.months_kept, found.return_address)
