"""cases as a Django application."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Tenants to call back: why, by when, what came of it."""

    name = "palier.cases"
    verbose_name = "rappels de locataires"
