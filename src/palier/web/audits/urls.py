"""Addresses of the audits pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
