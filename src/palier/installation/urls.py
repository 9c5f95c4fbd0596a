"""All addresses of the installation: pages, then the API."""

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("palier.api.v1.routes")),
    path("", include("palier.web.urls")),
]
