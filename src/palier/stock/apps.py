"""stock as a Django application."""

from django.apps import AppConfig


class StockConfig(AppConfig):
    """Residences, buildings, dwellings; imports; priority districts."""

    name = "palier.stock"
