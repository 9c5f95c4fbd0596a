"""studies as a Django application."""

from django.apps import AppConfig


class StudiesConfig(AppConfig):
    """What a regional association asks of its member landlords, and what all of them read of it."""

    name = "palier.studies"
