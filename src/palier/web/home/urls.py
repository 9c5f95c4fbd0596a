"""Addresses of the home page."""

from django.urls import path

from palier.web.home import views

urlpatterns = [path("", views.home, name="home"), path("dossiers/", views.files, name="files")]
