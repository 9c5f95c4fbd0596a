"""The background jobs as a Django application."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Brings the tasks that the worker runs."""

    name = "palier.jobs"
