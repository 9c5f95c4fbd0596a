"""audits as a Django application."""

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    """Auditors: accreditation, independence, missions, findings, reports."""

    name = "palier.audits"
    verbose_name = "diagnostics et audits"
