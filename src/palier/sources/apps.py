"""sources as a Django application."""

from django.apps import AppConfig


class SourcesConfig(AppConfig):
    """What is known of a residence over time: readings of indicators, incidents, open data."""

    name = "palier.sources"
    verbose_name = "sources et incidents"
