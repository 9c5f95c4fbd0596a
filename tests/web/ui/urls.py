"""The few addresses that components and the pages of no room name: tests of ui wait for no other room."""

from django.urls import include, path

urlpatterns = [
    path("", include("palier.web.ui.urls")),
    path("", include("palier.web.home.urls")),
    path("compte/", include("allauth.urls")),
]
