"""Addresses of the stock pages."""

from django.urls import path

from palier.web.stock import corrections, imports, maps, residences

_STOCK = "organismes/<int:landlord_id>/patrimoine/"
_RESIDENCE = f"{_STOCK}residences/<int:residence_id>/"
_IMPORT = f"{_STOCK}imports/<int:import_id>/"
urlpatterns = [
    path(_STOCK, residences.stock, name="stock"),
    path(f"{_STOCK}export.<str:kind>", residences.export, name="stock_export"),
    path(f"{_STOCK}carte/", maps.stock_map, name="stock_map"),
    path(f"{_STOCK}carte.geojson", maps.stock_points, name="stock_points"),
    path(f"{_STOCK}quartiers.geojson", maps.districts, name="stock_districts"),
    path(_RESIDENCE, residences.residence, name="residence"),
    path(f"{_RESIDENCE}carte.geojson", maps.residence_points, name="residence_points"),
    path(f"{_RESIDENCE}corriger/", corrections.correct, name="residence_correct"),
    path(f"{_RESIDENCE}nommer/", corrections.rename, name="residence_rename"),
    path(f"{_RESIDENCE}placer/", corrections.place, name="residence_place"),
    path(f"{_RESIDENCE}reunir/", corrections.merge, name="residence_merge"),
    path(f"{_RESIDENCE}separer/<int:absorbed_id>/", corrections.separate, name="residence_separate"),
    path(f"{_RESIDENCE}deplacer/", corrections.move, name="residence_move"),
    path(f"{_STOCK}importer/", imports.deposit, name="stock_deposit"),
    path(f"{_STOCK}imports/", imports.listing, name="stock_imports"),
    path(_IMPORT, imports.item, name="stock_import"),
    path(f"{_IMPORT}avancement/", imports.progress, name="stock_import_progress"),
    path(f"{_IMPORT}lecture/", imports.complete, name="stock_import_complete"),
    path(f"{_IMPORT}integrer/", imports.apply, name="stock_import_apply"),
    path(f"{_IMPORT}abandonner/", imports.drop, name="stock_import_drop"),
    path(f"{_IMPORT}reprendre/", imports.resume, name="stock_import_resume"),
    path(f"{_IMPORT}annuler/", imports.undo, name="stock_import_undo"),
    path(f"{_IMPORT}anomalies.<str:kind>", imports.faults, name="stock_import_faults"),
    path(f"{_IMPORT}ecarts.<str:kind>", imports.differences, name="stock_import_differences"),
    path(f"{_STOCK}correspondances/", imports.mappings, name="stock_mappings"),
    path(f"{_STOCK}correspondances/<int:mapping_id>/retirer/", imports.remove_mapping, name="stock_mapping_remove"),
]
