"""The register as a Django application."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """The public register, certificates, licences of the mark."""

    name = "palier.register"
