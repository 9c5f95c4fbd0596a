"""Addresses of the sites pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
