"""documents as a Django application."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Files and evidence: content-addressed, versioned, checked."""

    name = "palier.documents"
