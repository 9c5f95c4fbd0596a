"""The ledger as a Django application."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Append-only, hash-chained record of every act."""

    name = "palier.ledger"
