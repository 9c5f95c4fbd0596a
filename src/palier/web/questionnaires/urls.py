"""Addresses of the questionnaires pages."""

from django.urls import path

from palier.web.questionnaires import preview, views

urlpatterns = [
    path("questionnaires/", views.questionnaires, name="questionnaires"),
    path("questionnaires/importer/", views.publish, name="questionnaire_import"),
    path("questionnaires/<int:version_id>/", views.version, name="questionnaire_version"),
    path("questionnaires/<int:version_id>/fichier/", views.source, name="questionnaire_source"),
    path("questionnaires/<int:version_id>/apercu/", preview.preview, name="questionnaire_preview"),
    path("questionnaires/<int:version_id>/depuis/<int:former_id>/", views.changes, name="questionnaire_changes"),
]
