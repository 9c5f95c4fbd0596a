"""Addresses of the ledger pages."""

from django.urls import URLPattern, path

from palier.web.ledger import views

urlpatterns: list[URLPattern] = [
    path("organismes/<int:landlord_id>/journal/", views.history, name="history"),
    path("organismes/<int:landlord_id>/journal/export/<str:form>/", views.export, name="history_export"),
]
