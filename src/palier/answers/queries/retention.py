"""What answers keep, and what of it is past its term."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import QuerySet

from palier.answers.models import Answer, Draft, Remark, Slip
from palier.directory.models import Landlord
from palier.surveys.queries import Kept
from palier.surveys.rules.retention import RULES, Held


def past_remarks(*, on: date) -> QuerySet[Remark]:
    """The free answers whose words are past their term."""
    return Remark.objects.filter(emptied_on__lt=RULES[Held.REMARK].before(on, 0)).exclude(text="")


def kept(*, landlord: Landlord, on: date) -> Mapping[Held, Kept]:
    """What answers keep of a landlord's tenants. Five SQL queries."""
    mine = {"wave__landlord": landlord}
    return {
        Held.DRAFT: Kept(Draft.objects.filter(**mine).count()),
        Held.SLIP: Kept(Slip.objects.filter(**mine).count()),
        Held.REMARK: Kept(Remark.objects.filter(**mine).exclude(text="").count(), past_remarks(on=on).filter(**mine).count()),
        Held.ANSWER: Kept(Answer.objects.filter(**mine).count()),
    }
