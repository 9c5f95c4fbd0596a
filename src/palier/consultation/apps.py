"""consultation as a Django application."""

from django.apps import AppConfig


class ConsultationConfig(AppConfig):
    """Informing and associating the tenants' representatives."""

    name = "palier.consultation"
