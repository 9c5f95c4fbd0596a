"""questionnaires as a Django application."""

from django.apps import AppConfig


class QuestionnairesConfig(AppConfig):
    """Questions as versioned data; which one comes next, and whether an answer holds."""

    name = "palier.questionnaires"
