"""What a landlord sets for all its surveys."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from palier.directory.models import Landlord, Person
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.surveys.models import FieldTerms
from palier.surveys.rules.sendings import Terms, terms_hold
from palier.verdict import require


@transaction.atomic
def set_terms(*, landlord: Landlord, terms: Terms, by: Person | None, at: datetime) -> None:
    """Set the budget of solicitations, the price and the signature of SMS, how long names are kept, where paper forms go back. It holds from now on.

    Raises:
        Refusal: when a value is out of bounds, with every reason.
    """
    require(terms_hold(terms))
    values = {
        "most": terms.budget.most,
        "days": terms.budget.days,
        "sms_price": terms.sms_price,
        "sender": terms.sender,
        "months_kept": terms.months_kept,
        "return_address": terms.return_address,
    }
    FieldTerms.objects.update_or_create(landlord=landlord, defaults={**values, "at": at, "by": by})
    record(
        act="surveys.terms_set",
        by=by.pk if by else None,
        at=at,
        on=("surveys.terms", landlord.pk),
        landlord=landlord.pk,
        summary=f"a réglé les enquêtes : {terms.budget.most} sollicitations au plus par ménage en {terms.budget.days} jours.",
        facts=values,
        audience=Audience.LANDLORD,
    )
