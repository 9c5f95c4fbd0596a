"""committee as a Django application."""

from django.apps import AppConfig


class CommitteeConfig(AppConfig):
    """Decisions of the committee."""

    name = "palier.committee"
