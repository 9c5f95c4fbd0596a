"""Addresses of the consultation pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
