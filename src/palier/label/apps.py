"""label as a Django application."""

from django.apps import AppConfig


class LabelConfig(AppConfig):
    """The label as law: rule sets, stages, steps, clocks; where each landlord stands."""

    name = "palier.label"
