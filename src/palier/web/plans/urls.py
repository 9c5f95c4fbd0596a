"""Addresses of the plans pages."""

from django.urls import path

from palier.web.plans import actions, conditions, follow, recommendations, views

_PLAN = "organismes/<int:landlord_id>/plan/"
_ACTION = f"{_PLAN}actions/<int:action_id>/"
_CONDITIONS = "organismes/<int:landlord_id>/reserves/"
_RECOMMENDATION = f"{_PLAN}preconisations/<int:recommendation_id>/"

urlpatterns = [
    path(_PLAN, views.plan, name="plan"),
    path(f"{_PLAN}ouvrir/", views.open_plan, name="plan_open"),
    path(f"{_PLAN}export/<str:form>/", views.export, name="plan_export"),
    path(f"{_PLAN}imprimer/", views.whole, name="plan_whole"),
    path(f"{_PLAN}avant-apres/", views.effects, name="plan_effects"),
    path(f"{_PLAN}versions/<int:number>/", views.snapshot, name="plan_snapshot"),
    path(f"{_PLAN}actions/ajouter/", actions.add, name="action_add"),
    path(_ACTION, actions.action, name="action"),
    path(f"{_ACTION}modifier/", actions.change, name="action_change"),
    path(f"{_ACTION}confier/", follow.entrust, name="action_entrust"),
    path(f"{_ACTION}avancement/", follow.progress, name="action_progress"),
    path(f"{_ACTION}mesurer/", follow.measure, name="action_measure"),
    path(f"{_ACTION}abandonner/", follow.drop, name="action_drop"),
    path(f"{_ACTION}preuves/", follow.prove, name="action_prove"),
    path(f"{_ACTION}preuves/<int:evidence_id>/detacher/", follow.unprove, name="action_unprove"),
    path(f"{_PLAN}preconisations/ajouter/", recommendations.add, name="recommendation_add"),
    path(_RECOMMENDATION, recommendations.recommendation, name="recommendation"),
    path(f"{_RECOMMENDATION}relier/", recommendations.link, name="recommendation_link"),
    path(f"{_RECOMMENDATION}actions/<int:action_id>/detacher/", recommendations.unlink, name="recommendation_unlink"),
    path(f"{_RECOMMENDATION}refuser/", recommendations.refuse, name="recommendation_refuse"),
    path(f"{_RECOMMENDATION}reprendre/", recommendations.reconsider, name="recommendation_reconsider"),
    path(_CONDITIONS, conditions.conditions, name="conditions"),
    path(f"{_CONDITIONS}<int:condition_id>/montrer/", conditions.show, name="condition_show"),
    path(f"{_CONDITIONS}<int:condition_id>/constater/", conditions.find, name="condition_find"),
    path("label/listes-du-plan/", recommendations.terms, name="plan_terms"),
]
