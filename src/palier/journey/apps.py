"""journey as a Django application."""

from django.apps import AppConfig


class JourneyConfig(AppConfig):
    """For one landlord: all facts from all rooms, what is next, who holds it, what is missing."""

    name = "palier.journey"
