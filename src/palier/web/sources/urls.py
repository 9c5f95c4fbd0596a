"""Addresses of the sources: figures, incidents, files, open data."""

from django.urls import path

from palier.web.sources import figures, files, incidents, territory

_SOURCES = "organismes/<int:landlord_id>/sources/"
_FILE = f"{_SOURCES}fichiers/<int:intake_id>/"
_INCIDENTS = "organismes/<int:landlord_id>/incidents/"
urlpatterns = [
    path(_SOURCES, figures.sources, name="sources"),
    path(f"{_SOURCES}export.<str:kind>", figures.export, name="sources_export"),
    path(f"{_SOURCES}indicateurs/<str:indicator>/", figures.grid, name="sources_grid"),
    path(f"{_SOURCES}residences/<int:residence_id>/", figures.residence, name="sources_residence"),
    path(f"{_SOURCES}residences/<int:residence_id>/saisir/", figures.fill, name="sources_fill"),
    path(f"{_SOURCES}importer/", files.deposit, name="sources_deposit"),
    path(f"{_SOURCES}fichiers/", files.listing, name="sources_files"),
    path(_FILE, files.item, name="sources_file"),
    path(f"{_FILE}lecture/", files.complete, name="sources_file_complete"),
    path(f"{_FILE}relire/", files.look_again, name="sources_file_look_again"),
    path(f"{_FILE}integrer/", files.apply, name="sources_file_apply"),
    path(f"{_FILE}abandonner/", files.drop, name="sources_file_drop"),
    path(f"{_FILE}annuler/", files.undo, name="sources_file_undo"),
    path(f"{_FILE}anomalies.<str:kind>", files.faults, name="sources_file_faults"),
    path(f"{_SOURCES}correspondances/", files.mappings, name="sources_mappings"),
    path(f"{_SOURCES}correspondances/<int:saved_id>/retirer/", files.remove_mapping, name="sources_mapping_remove"),
    path(_INCIDENTS, incidents.listing, name="incidents"),
    path(f"{_INCIDENTS}signaler/", incidents.report, name="incident_report"),
    path(f"{_INCIDENTS}export.<str:kind>", incidents.export, name="incidents_export"),
    path(f"{_INCIDENTS}<int:incident_id>/annuler/", incidents.void, name="incident_void"),
    path("donnees-publiques/", territory.open_data, name="open_data"),
]
