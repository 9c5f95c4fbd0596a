"""Addresses of the comparison pages."""

from django.urls import path

from palier.web.comparison import own, views

_FILE = "organismes/<int:landlord_id>/comparaison/"
urlpatterns = [
    path("comparaison/", views.comparison, name="comparison"),
    path("comparaison/export/<str:form>/", views.export, name="comparison_export"),
    path(_FILE, own.own, name="own_comparison"),
    path(f"{_FILE}export/<str:form>/", own.export, name="own_comparison_export"),
    path(f"{_FILE}accords/", own.consents, name="comparison_consents"),
    path(f"{_FILE}voisins/", own.neighbours, name="comparison_neighbours"),
]
