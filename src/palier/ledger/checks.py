"""What the ledger refuses to start without."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from palier.ledger import signing


@register(Tags.security)
def ledger_is_signed(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Without a key of its own, nothing that leaves an installation can be checked. The demonstration and the tests make theirs."""
    if settings.DEMO or settings.TESTING:
        return []
    try:
        signing.signers()
    except signing.NoKey as missing:
        hint = "Run « palier ledger key FILE », keep a copy of FILE elsewhere, and name it in PALIER_LEDGER_KEY."
        return [Error(f"The ledger has no key to be signed with. {missing}", hint=hint, id="palier.E006")]
    return []
