"""Addresses of the label pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
