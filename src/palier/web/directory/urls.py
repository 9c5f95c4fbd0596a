"""Addresses of the directory pages."""

from django.conf import settings
from django.urls import URLPattern, path

from palier.web.directory import invitations, sign_in

urlpatterns: list[URLPattern] = [
    path("acces/", sign_in.ask_link, name="access_link"),
    path("acces/<str:token>/", sign_in.enter_by_link, name="enter_by_link"),
    path("invitation/<str:token>/", invitations.invitation, name="invitation"),
]
if settings.DEMO:
    urlpatterns.append(path("demonstration/entrer/", sign_in.demo_enter, name="demo_enter"))
