"""answers as a Django application."""

from django.apps import AppConfig


class AnswersConfig(AppConfig):
    """What was said, with nothing that leads to who said it."""

    name = "palier.answers"
    verbose_name = "réponses aux enquêtes"
