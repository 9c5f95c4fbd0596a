"""The installation as a Django application: its start-up checks."""

from django.apps import AppConfig


class InstallationConfig(AppConfig):
    """Registers the checks that refuse a dangerous start."""

    name = "palier.installation"

    def ready(self) -> None:
        """Import the checks, which register themselves."""
        from palier.installation import checks  # noqa: F401, PLC0415 - needs loaded settings
