"""Addresses of the frameworks pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
