"""The addresses of a demonstration."""

from django.urls import include, path

from palier.web.directory.sign_in import demo_enter

urlpatterns = [path("demonstration/entrer/", demo_enter, name="demo_enter"), path("", include("palier.web.urls"))]
