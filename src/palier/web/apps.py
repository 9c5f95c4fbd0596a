"""The pages as a Django application."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Brings the pages, which stand above all rooms."""

    name = "palier.web"

    def ready(self) -> None:
        """Fields refuse in the words of Palier; no page is without a door."""
        from palier.web import addresses  # noqa: F401, PLC0415 -- registers its check, once the applications are there
        from palier.web.ui.forms import speak  # noqa: PLC0415 -- once the applications are there

        speak()
