"""sites as a Django application."""

from django.apps import AppConfig


class SitesConfig(AppConfig):
    """Rating of the stock, priority sites."""

    name = "palier.sites"
    verbose_name = "sites complexes"
