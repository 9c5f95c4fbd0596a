"""frameworks as a Django application."""

from django.apps import AppConfig


class FrameworksConfig(AppConfig):
    """Versioned grids as data; assessments against them, their scores."""

    name = "palier.frameworks"
