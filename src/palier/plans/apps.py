"""plans as a Django application."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """Action plans, actions, measured effects."""

    name = "palier.plans"
    verbose_name = "plan d’actions"
