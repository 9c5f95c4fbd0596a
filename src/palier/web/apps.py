"""The pages as a Django application."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Brings the pages, which stand above all rooms."""

    name = "palier.web"
