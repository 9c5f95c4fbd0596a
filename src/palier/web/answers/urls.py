"""Addresses of the tenant's page. They are short: they are read on a phone, in an SMS."""

from django.urls import path

from palier.web.answers import answer

_LINK = "s/<slug:token>/"
urlpatterns = [
    path(_LINK, answer.start, name="survey"),
    path(f"{_LINK}<int:number>/", answer.sheet, name="survey_sheet"),
    path(f"{_LINK}envoyer/", answer.send, name="survey_send"),
    path(f"{_LINK}refus/", answer.refuse, name="survey_refuse"),
    path(f"{_LINK}information/", answer.notice, name="survey_notice"),
    path(f"{_LINK}conservation/", answer.kept, name="survey_kept"),
]
