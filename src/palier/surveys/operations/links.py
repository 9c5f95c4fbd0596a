"""Whoever lost their link, or saw the poster of a hall, gets it again by the way that the landlord knows."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from palier.surveys.models import Invitation, Solicitation
from palier.surveys.queries.waves import open_for
from palier.surveys.rules.contact import Channel, email_of, phone_of, takes_texts

# Ranks above those of sendings, calls and letters.
_ASKED, _EVERY = 200, timedelta(days=1)


def way_of(contact: str) -> tuple[Channel, str]:
    """The channel that somebody names by typing an address or a mobile.

    Raises:
        ValueError: when it is neither.
    """
    if "@" in contact:
        return Channel.EMAIL, email_of(contact)
    phone = phone_of(contact)
    if not takes_texts(phone):
        raise ValueError(contact)
    return Channel.SMS, phone


@transaction.atomic
def send_link_again(*, contact: str, at: datetime) -> int:
    """Plan to send their link to the households that this contact reaches, once a day each; how many.

    Nobody else may be told how many: it would say who is a tenant, and who has not answered. The budget holds here too.

    Raises:
        ValueError: when the contact is neither an e-mail address nor a mobile.
    """
    channel, address = way_of(contact)
    known = {"household__email": address} if channel is Channel.EMAIL else {"household__phone": address}
    planned = 0
    for invitation in Invitation.objects.select_for_update(of=("self",)).filter(pk__in=open_for(**known)):
        asked = Solicitation.objects.filter(invitation=invitation, pace__gte=_ASKED)
        if asked.filter(due_at__gt=at - _EVERY).exists():
            continue
        Solicitation.objects.create(
            household_id=invitation.household_id or 0,
            invitation=invitation,
            channel=channel,
            pace=_ASKED + asked.count(),
            due_at=at,
        )
        planned += 1
    return planned
