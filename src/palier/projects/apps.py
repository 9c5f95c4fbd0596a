"""projects as a Django application."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """Local projects of confirmed complex sites, their partners, the help asked for."""

    name = "palier.projects"
    verbose_name = "projets locaux"
