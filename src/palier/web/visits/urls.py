"""Addresses of the visits: the page of the phone, which works without network, and the pages of the office."""

from django.urls import path

from palier.visits.rules import Kind
from palier.web.visits import cleanliness, field, field_walks, views, walks

_FIELD = "organismes/<int:landlord_id>/terrain/"
_TAKEN = f"{_FIELD}<int:visit_id>/"
_WALKED = f"{_FIELD}diagnostics/<int:walk_id>/"
_OFFICE = "organismes/<int:landlord_id>/visites/"
_ONE = f"{_OFFICE}<int:visit_id>/"
_STAIRS = f"{_OFFICE}escaliers/"
_WALKS = f"{_OFFICE}en-marchant/"
_WALK = f"{_WALKS}<int:walk_id>/"
_SEEN = f"{_WALK}observations/<int:observation_id>/"
urlpatterns = [
    path("visites-partagees/", walks.shared, name="shared_visits"),
    path(_FIELD, field.page, name="field"),
    path(f"{_FIELD}service-worker.js", field.worker, name="field_worker"),
    path(f"{_FIELD}manifest.webmanifest", field.manifest, name="field_manifest"),
    path(f"{_FIELD}moi/", field.me, name="field_me"),
    path(_TAKEN, field.read, name="field_visit"),
    path(f"{_TAKEN}prendre/", field.take, name="field_take"),
    path(f"{_TAKEN}reponse/", field.answer, name="field_answer"),
    path(f"{_TAKEN}photo/", field.photo, name="field_photo"),
    path(f"{_TAKEN}photo/retirer/", field.remove_photo, name="field_photo_remove"),
    path(f"{_TAKEN}terminer/", field.finish, name="field_finish"),
    path(_WALKED, field_walks.read, name="field_walk"),
    path(f"{_WALKED}arret/", field_walks.stop, name="field_stop"),
    path(f"{_WALKED}observation/", field_walks.observe, name="field_observe"),
    path(f"{_WALKED}observation/retirer/", field_walks.withdraw, name="field_withdraw"),
    path(f"{_WALKED}participants/", field_walks.participants, name="field_participants"),
    path(_OFFICE, views.visits, name="visits"),
    path(f"{_OFFICE}export/<str:form>/", views.export, name="visits_export"),
    path(f"{_OFFICE}prevoir/fiches/", views.plan, {"kind": Kind.SHEET}, name="visits_plan_sheets"),
    path(f"{_OFFICE}prevoir/controles/", views.plan, {"kind": Kind.ROUND}, name="visits_plan_rounds"),
    path(_ONE, views.visit, name="visit"),
    path(f"{_ONE}ecart/", views.gap, name="visit_gap"),
    path(f"{_ONE}photos/<int:photo_id>/", views.photo, name="visit_photo"),
    path(f"{_ONE}deplacer/", views.move, name="visit_move"),
    path(f"{_ONE}annuler/", views.cancel, name="visit_cancel"),
    path(f"{_ONE}partager/", views.share, name="visit_share"),
    path(f"{_ONE}remarque/", views.remark, name="visit_remark"),
    path(f"{_OFFICE}proprete/", cleanliness.rounds, name="rounds"),
    path(f"{_OFFICE}proprete/export/<str:form>/", cleanliness.export, name="rounds_export"),
    path(_STAIRS, cleanliness.staircases, name="staircases"),
    path(f"{_STAIRS}fonctions/", cleanliness.functions, name="field_posts"),
    path(f"{_STAIRS}<int:staircase_id>/", cleanliness.staircase, name="staircase"),
    path(f"{_STAIRS}<int:staircase_id>/retirer/", cleanliness.close, name="staircase_close"),
    path(_WALKS, walks.walks, name="walks"),
    path(f"{_WALKS}preparer/", walks.new, name="walk_new"),
    path(_WALK, walks.walk, name="walk"),
    path(f"{_WALK}export/<str:form>/", walks.export, name="walk_export"),
    path(f"{_WALK}arrets/", walks.stop, name="walk_stop"),
    path(f"{_WALK}arrets/<int:number>/", walks.observe, name="walk_observe"),
    path(f"{_WALK}participants/", walks.participants, name="walk_participants"),
    path(f"{_WALK}partager/", walks.share, name="walk_share"),
    path(f"{_WALK}restituer/", walks.close, name="walk_close"),
    path(f"{_SEEN}photo/", walks.photo, name="walk_photo"),
    path(f"{_SEEN}retirer/", walks.withdraw, name="walk_withdraw"),
    path(f"{_SEEN}suite/", walks.follow, name="walk_follow"),
    path(f"{_WALK}suites/<int:follow_up_id>/", walks.outcome, name="walk_outcome"),
]
