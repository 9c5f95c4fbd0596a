"""Addresses of the committee's pages."""

from django.urls import path

from palier.web.committee import views

urlpatterns = [
    path("organismes/<int:landlord_id>/decisions/", views.decisions, name="decisions"),
    path("organismes/<int:landlord_id>/decisions/enregistrer/", views.record, name="decision_record"),
]
