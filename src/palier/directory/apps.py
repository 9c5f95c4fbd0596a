"""The directory as a Django application."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """Organisations, people, memberships; who may see whose."""

    name = "palier.directory"
