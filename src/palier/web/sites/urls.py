"""Addresses of the sites pages."""

from django.urls import path

from palier.web.sites import across, maps, one, scores, sheet, views

_FILE = "organismes/<int:landlord_id>/sites/"
urlpatterns = [
    path("sites/", across.all_sites, name="all_sites"),
    path("sites/export/<str:form>/", across.export, name="all_sites_export"),
    path("sites/carte/", across.all_sites_map, name="all_sites_map"),
    path("sites/carte.geojson", across.all_sites_points, name="all_sites_points"),
    path(_FILE, views.sites, name="sites"),
    path(f"{_FILE}a-coter/", views.sites, {"to_rate": True}, name="sites_to_rate"),
    path(f"{_FILE}ouvrir/", views.open_rating, name="sites_open"),
    path(f"{_FILE}arreter/", views.close_rating, name="sites_close"),
    path(f"{_FILE}confier/", views.entrust, name="sites_entrust"),
    path(f"{_FILE}export/<str:form>/", views.export, name="sites_export"),
    path(f"{_FILE}prioritaires/", one.priority, name="priority_sites"),
    path(f"{_FILE}prioritaires/ajouter/", one.accept_proposed, name="priority_sites_add"),
    path(f"{_FILE}prioritaires/confirmer/", one.confirm, name="priority_sites_confirm"),
    path(f"{_FILE}prioritaires/<int:site_id>/retirer/", one.remove, name="priority_site_remove"),
    path(f"{_FILE}carte/", maps.sites_map, name="sites_map"),
    path(f"{_FILE}carte.geojson", maps.sites_points, name="sites_points"),
    path(f"{_FILE}comparer/", sheet.compare, name="sites_compare"),
    path(f"{_FILE}<int:residence_id>/fiche/", sheet.sheet, name="site_sheet"),
    path(f"{_FILE}alertes/", scores.alerts, name="site_alerts"),
    path(f"{_FILE}alertes/export/<str:form>/", scores.export_alerts, name="site_alerts_export"),
    path(f"{_FILE}alertes/<int:alert_id>/", scores.alert, name="site_alert"),
    path(f"{_FILE}<int:residence_id>/", one.site, name="site"),
    path(f"{_FILE}<int:residence_id>/sensibilite/", scores.sensitivity, name="site_sensitivity"),
    path(f"{_FILE}<int:residence_id>/grille/", one.start_grid, name="site_grid"),
]
