"""Addresses of regional studies: the association's pages, then a landlord's own."""

from django.urls import path

from palier.web.studies import own, results, views

_STUDY = "etudes/<int:study_id>/"
_OWN = "organismes/<int:landlord_id>/etudes/"
_ANSWER = f"{_OWN}<int:study_id>/"
urlpatterns = [
    path("etudes/", views.studies, name="studies"),
    path("etudes/ouvrir/", views.open_one, name="study_open"),
    path(_STUDY, views.study, name="study"),
    path(f"{_STUDY}inviter/", views.invite, name="study_invite"),
    path(f"{_STUDY}relancer/", views.remind, name="study_remind"),
    path(f"{_STUDY}clore/", views.close, name="study_close"),
    path(f"{_STUDY}resultats/", results.results, name="study_results"),
    path(f"{_STUDY}resultats/messages/", results.words, name="study_words"),
    path(f"{_STUDY}resultats/publier/", results.publish, name="study_publish"),
    path(f"{_STUDY}resultats/rapport.pdf", results.report, name="study_report"),
    path(f"{_STUDY}resultats/donnees.<str:form>", results.file, name="study_file"),
    path(_OWN, own.studies, name="own_studies"),
    path(_ANSWER, own.answer, name="own_study"),
    path(f"{_ANSWER}pages/<int:number>/", own.sheet, name="study_sheet"),
    path(f"{_ANSWER}remettre/", own.hand, name="study_hand"),
    path(f"{_ANSWER}valider/", own.validate, name="study_validate"),
    path(f"{_ANSWER}reprendre/", own.take_back, name="study_take_back"),
    path(f"{_ANSWER}resultats/", own.results, name="own_study_results"),
    path(f"{_ANSWER}resultats/rapport.pdf", own.report, name="own_study_report"),
]
