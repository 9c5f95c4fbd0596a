"""Addresses of call-backs: the list, one case, what the landlord sets, suppliers, and the page of a tenant's light link."""

from django.urls import path

from palier.web.cases import call_back, tenants, views

_CASES = "organismes/<int:landlord_id>/rappels/"
_CASE = f"{_CASES}<int:case_id>/"
urlpatterns = [
    path(_CASES, views.cases, name="cases"),
    path(f"{_CASES}export/<str:form>/", views.export, name="cases_export"),
    path(f"{_CASES}prestataires/", views.suppliers, name="cases_suppliers"),
    path(f"{_CASES}reglages/", views.terms, name="cases_terms"),
    path(f"{_CASES}reglages/agence/", views.owner, name="cases_owner"),
    path(_CASE, views.case, name="case"),
    path(f"{_CASE}appel/", views.call, name="case_call"),
    path(f"{_CASE}traite/", views.handled, name="case_handled"),
    path(f"{_CASE}reponse/", views.answered, name="case_answered"),
    path(f"{_CASE}confier/", views.hand, name="case_hand"),
    path(f"{_CASE}clore/", views.close, name="case_close"),
    path("s/<str:token>/rappel/", call_back.ask, name="case_call_back"),
    path("rappel/<str:token>/", tenants.settled, name="case_settled"),
]
