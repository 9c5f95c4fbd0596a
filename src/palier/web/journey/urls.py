"""Addresses of the journey pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
