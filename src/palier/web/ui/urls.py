"""Addresses of the ui pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
