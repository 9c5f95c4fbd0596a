"""The room of the minutes."""

from django.apps import AppConfig


class MinutesConfig(AppConfig):
    """Minutes of the committee's sessions, written from the record; extracts of them."""

    name = "palier.minutes"
    label = "minutes"
