"""Addresses of the message pages."""

from django.urls import URLPattern, path

from palier.web.outbox import views

urlpatterns: list[URLPattern] = [
    path("messages/", views.mine, name="my_messages"),
    path("messages/preferences/", views.preferences, name="preferences"),
    path("messages/en-echec/", views.dead_letters, name="dead_letters"),
    path("messages/en-echec/<int:pk>/reprendre/", views.resend, name="resend_message"),
    path("messages/en-echec/<int:pk>/classer/", views.dismiss, name="dismiss_message"),
    path("organismes/<int:landlord_id>/messages/", views.of_landlord, name="landlord_messages"),
]
