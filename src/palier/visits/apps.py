"""visits as a Django application."""

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """What people see on the spot: residence sheets, cleanliness rounds, walks with residents."""

    name = "palier.visits"
    verbose_name = "visites de terrain"
