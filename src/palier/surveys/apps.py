"""surveys as a Django application."""

from django.apps import AppConfig


class SurveysConfig(AppConfig):
    """Who is asked: households, samples, waves, invitations and what is sent to them."""

    name = "palier.surveys"
    verbose_name = "enquêtes"
