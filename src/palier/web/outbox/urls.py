"""Addresses of the outbox pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
