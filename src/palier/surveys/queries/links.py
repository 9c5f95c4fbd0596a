"""What links and printed codes open."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection

from palier.directory.rules import digest_of
from palier.surveys.models import Invitation
from palier.surveys.rules.contact import Channel
from palier.surveys.rules.waves import State
from palier.surveys.sealing import read_code, unseal


class Addressee(NamedTuple):
    """What an answer needs of the invitation that a link opens: its keys, the way it was asked, the groups of its household."""

    token: str
    invitation: int
    wave: int
    questionnaire: int
    language: str
    mode: str
    stratum: int
    agency: str
    qpv: bool | None
    residence: int | None
    supplier: str
    theme: str


_ADDRESSEE = """
    SELECT i.id, i.wave_id, w.questionnaire_id, i.language, i.mode, i.stratum_id,
           coalesce(h.agency, ''), h.qpv, h.residence_id, coalesce(e.supplier, ''), coalesce(e.theme, '')
    FROM surveys_invitation i
    JOIN surveys_wave w ON w.id = i.wave_id
    LEFT JOIN surveys_household h ON h.id = i.household_id
    LEFT JOIN surveys_hotevent e ON e.id = i.event_id
    WHERE i.digest = %s AND w.questionnaire_id IS NOT NULL
"""


def addressee(*, token: str) -> Addressee | None:
    """Whom a link asks; None for any other text.

    It stands in SQL: when tens of thousands answer in one hour, composing it anew from models costs more than running it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ADDRESSEE, [digest_of(token)])
        found = cursor.fetchone()
    return Addressee(token, *found) if found else None


def invited(*, token: str) -> Invitation | None:
    """The invitation that a link opens, with its wave and its household; None for any other text."""
    return Invitation.objects.select_related("wave__landlord", "household").filter(digest=digest_of(token)).first()


def token_of_code(*, code: str) -> str | None:
    """The link of the letter that bears a code, while it may be answered; None for any other text.

    Only codes that were printed count: whoever reads the database finds there no key to the others.
    """
    found = Invitation.objects.filter(
        code=read_code(code),
        wave__state__in=[State.RUNNING, State.STOPPED],
        sealed__isnull=False,
        solicitations__channel=Channel.POST,
        solicitations__left_at__isnull=False,
    ).first()
    return unseal(bytes(found.sealed or b""), digest=found.digest) if found else None
