"""The pages as a Django application."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Brings the pages, which stand above all rooms."""

    name = "palier.web"

    def ready(self) -> None:
        """Fields refuse in the words of Palier."""
        from palier.web.ui.forms import speak  # noqa: PLC0415 -- once the applications are there

        speak()
