"""Addresses of the pages of no room."""

from django.urls import path

from palier.web.ui import views

urlpatterns = [
    path("ui/", views.components, name="ui_components"),
    path("ui/exemple.geojson", views.example_map, name="ui_example_map"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("donnees-personnelles/", views.privacy, name="privacy"),
    path("aide/", views.help_page, name="help"),
]
