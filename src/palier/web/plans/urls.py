"""Addresses of the plans pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
