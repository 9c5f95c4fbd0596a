"""register as a Django application."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """Decisions of the register."""

    name = "palier.register"
