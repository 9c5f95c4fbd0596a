"""Addresses of the journey pages."""

from django.urls import path

from palier.web.journey import board, dossier, steps, views

urlpatterns = [
    path("parcours/", board.board, name="board"),
    path("parcours/export/<str:form>/", board.export, name="board_export"),
    path("parcours/ouvrir/", board.which, name="journey_which"),
    path("parcours/relances/", board.reminders, name="board_reminders"),
    path("organismes/<int:landlord_id>/parcours/", views.journey, name="journey"),
    path("organismes/<int:landlord_id>/parcours/ouvrir/", views.open_page, name="journey_open"),
    path("organismes/<int:landlord_id>/parcours/marches/<str:act>/", steps.step, name="journey_step"),
    path("organismes/<int:landlord_id>/parcours/observations/", steps.observations, name="journey_observations"),
    path("organismes/<int:landlord_id>/parcours/fusion/", steps.merger, name="journey_merger"),
    path("organismes/<int:landlord_id>/pieces/", views.pieces, name="pieces"),
    path("organismes/<int:landlord_id>/dossier/", dossier.dossier, name="dossier"),
    path("organismes/<int:landlord_id>/dossier/preuves.zip", dossier.proof_pack, name="proof_pack"),
]
