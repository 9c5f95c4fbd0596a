"""Addresses of the results of waves."""

from django.urls import path

from palier.web.answers import hot, results, themes

_WAVE = "organismes/<int:landlord_id>/enquetes/<int:wave_id>/resultats/"
_HOT = "organismes/<int:landlord_id>/enquetes/a-chaud/resultats/"
_SHOWN = "resultats/<int:wave_id>/"
urlpatterns = [
    path(_WAVE, results.results, name="results"),
    path(f"{_WAVE}methode/", results.method_note, name="method_note"),
    path(f"{_WAVE}rapport.pdf", results.report, name="results_report"),
    path(f"{_WAVE}donnees.<str:form>", results.file, name="results_file"),
    path(f"{_WAVE}engagement/", results.commitment, name="results_commitment"),
    path(f"{_WAVE}montrer/", results.show, name="results_show"),
    path(f"{_WAVE}reponses-libres/", themes.remarks, name="remarks"),
    path(f"{_WAVE}reponses-libres/themes.<str:form>", themes.file, name="remarks_file"),
    path(_HOT, hot.results, name="hot_results"),
    path(f"{_HOT}donnees.<str:form>", hot.file, name="hot_results_file"),
    path(_SHOWN, results.shown_results, name="shown_results"),
    path(f"{_SHOWN}donnees.<str:form>", results.open_file, name="open_results_file"),
]
