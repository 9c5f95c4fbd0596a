"""All addresses of the installation: pages, then the API."""

from django.urls import include, path

urlpatterns = [
    path("", include("palier.web.urls")),
]
