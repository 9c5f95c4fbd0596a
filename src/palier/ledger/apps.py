"""The ledger as a Django application."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Append-only, hash-chained, signed record of every act."""

    name = "palier.ledger"

    def ready(self) -> None:
        """Import the check, which registers itself."""
        from palier.ledger import checks  # noqa: F401, PLC0415 - needs loaded settings
