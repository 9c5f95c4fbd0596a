"""An invitation is made: its link, which nobody can read in the database, and the code of its paper form."""

from __future__ import annotations

from palier.directory.rules import digest_of
from palier.surveys.models import Invitation, Stratum, Wave
from palier.surveys.sealing import new_code, new_token, seal


def invitation_for(*, wave: Wave, stratum: Stratum, household: int, language: str) -> Invitation:
    """An invitation of a household, not yet saved."""
    token = new_token()
    digest = digest_of(token)
    return Invitation(
        wave=wave,
        stratum=stratum,
        household_id=household,
        digest=digest,
        sealed=seal(token, digest=digest),
        code=new_code(),
        language=language,
    )
