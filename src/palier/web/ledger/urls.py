"""Addresses of the ledger pages."""

from django.urls import URLPattern, path

from palier.web.ledger import public, views

_FILE = "organismes/<int:landlord_id>/journal/"
urlpatterns: list[URLPattern] = [
    path("journal-des-actes/", public.ledger, name="ledger"),
    path("journal-des-actes/fichiers/<str:name>", public.handed_out, name="ledger_file"),
    path("journal-des-actes/coherence/<int:size>.json", public.growth, name="ledger_growth"),
    path("journal-des-actes/export.jsonl", public.export, name="ledger_export"),
    path(_FILE, views.history, name="history"),
    path(f"{_FILE}export/<str:form>/", views.export, name="history_export"),
    path(f"{_FILE}<int:line>/recu.json", public.receipt, name="history_receipt"),
]
