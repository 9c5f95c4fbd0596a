"""The outbox as a Django application."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Messages written with the act, delivered later."""

    name = "palier.outbox"
