"""Addresses of the minutes’ pages."""

from django.urls import path

from palier.web.minutes import extracts, life, views

_COMMITTEE = "comites/<int:committee_id>/"
_ONE = f"{_COMMITTEE}seances/<int:session_number>/proces-verbal/"
_DECISION = "organismes/<int:landlord_id>/decisions/<int:decision_id>/"
urlpatterns = [
    path(f"{_COMMITTEE}proces-verbaux/", views.every, name="minutes_list"),
    path(_ONE, views.minutes, name="minutes"),
    path(f"{_ONE}commencer/", life.start, name="minutes_start"),
    path(f"{_ONE}completer/", life.write, name="minutes_write"),
    path(f"{_ONE}envoyer/", life.send, name="minutes_send"),
    path(f"{_ONE}remarques/<int:comment_id>/repondre/", life.answer, name="minutes_answer"),
    path(f"{_ONE}signer/", life.sign, name="minutes_sign"),
    path(f"{_ONE}corriger/", life.correct, name="minutes_correct"),
    path(f"{_ONE}versions/<int:number>/", views.version, name="minutes_version"),
    path(f"{_ONE}versions/<int:number>/exemplaire.<str:form>", views.file, name="minutes_file"),
    path(
        f"{_COMMITTEE}seances/<int:session_number>/points/<int:item_id>/proces-verbal/", views.proposed, name="minutes_proposed"
    ),
    path("extraits/<int:item_id>/", extracts.item, name="item_extract"),
    path("extraits/<int:item_id>/extrait.pdf", extracts.item_pdf, name="item_extract_pdf"),
    path(_DECISION, extracts.extract, name="decision"),
    path(f"{_DECISION}extrait.pdf", extracts.extract_pdf, name="decision_extract"),
]
