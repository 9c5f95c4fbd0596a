"""Addresses of the committee pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
