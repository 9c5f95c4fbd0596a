"""comparison as a Django application."""

from django.apps import AppConfig


class ComparisonConfig(AppConfig):
    """What several landlords may see of one another."""

    name = "palier.comparison"
