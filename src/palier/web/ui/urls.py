"""Address of the components page."""

from django.urls import path

from palier.web.ui import views

urlpatterns = [
    path("ui/", views.components, name="ui_components"),
    path("ui/exemple.geojson", views.example_map, name="ui_example_map"),
]
