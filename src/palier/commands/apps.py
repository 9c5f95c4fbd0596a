"""The commands as a Django application."""

from django.apps import AppConfig


class CommandsConfig(AppConfig):
    """Brings `palier …` commands."""

    name = "palier.commands"
