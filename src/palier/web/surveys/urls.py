"""Addresses of surveys: waves, households, files of tenants, calls, paper."""

from django.urls import path

from palier.surveys.rules.frame import Holds
from palier.web.surveys import answers, calls, files, hot, households, paper, retention, waves

_SURVEYS = "organismes/<int:landlord_id>/enquetes/"
_HOMES = f"{_SURVEYS}locataires/"
_HOT = f"{_SURVEYS}a-chaud/"
_FILE = f"{_HOMES}fichiers/<int:frame_file_id>/"
_WAVE = f"{_SURVEYS}<int:wave_id>/"
_CALL = f"{_WAVE}appels/<int:call_id>/"
urlpatterns = [
    path(_SURVEYS, waves.listing, name="surveys"),
    path(f"{_SURVEYS}preparer/", waves.create, name="wave_create"),
    path(f"{_SURVEYS}reglages/", households.terms, name="survey_terms"),
    path(f"{_SURVEYS}saisie/", calls.paper, name="survey_paper"),
    path(_HOT, hot.listing, name="hot_events"),
    path(f"{_HOT}importer/", files.deposit, {"holds": Holds.EVENTS}, name="event_deposit"),
    path(f"{_SURVEYS}conservation/", retention.table, name="retention"),
    path(_HOMES, households.listing, name="households"),
    path(f"{_HOMES}importer/", files.deposit, name="frame_deposit"),
    path(f"{_HOMES}fichiers/", files.listing, name="frame_files"),
    path(_FILE, files.item, name="frame_file"),
    path(f"{_FILE}lecture/", files.complete, name="frame_file_complete"),
    path(f"{_FILE}relire/", files.look_again, name="frame_file_look_again"),
    path(f"{_FILE}integrer/", files.apply, name="frame_file_apply"),
    path(f"{_FILE}abandonner/", files.drop, name="frame_file_drop"),
    path(f"{_FILE}anomalies.<str:kind>", files.faults, name="frame_file_faults"),
    path(f"{_HOMES}<int:household_id>/opposition/", households.object_to, name="household_object"),
    path(f"{_HOMES}oppositions/", households.objections, name="objections"),
    path(f"{_HOMES}oppositions/<int:objection_id>/lever/", households.lift, name="objection_lift"),
    path(_WAVE, waves.item, name="wave"),
    path(f"{_WAVE}modifier/", waves.edit, name="wave_edit"),
    path(f"{_WAVE}tirer/", waves.draw, name="wave_draw"),
    path(f"{_WAVE}defaire/", waves.undo_draw, name="wave_undo_draw"),
    path(f"{_WAVE}lancer/", waves.launch, name="wave_launch"),
    path(f"{_WAVE}arreter/", waves.stop, name="wave_stop"),
    path(f"{_WAVE}reprendre/", waves.resume, name="wave_resume"),
    path(f"{_WAVE}clore/", waves.close, name="wave_close"),
    path(f"{_WAVE}courriers/", paper.letters, name="survey_letters"),
    path(f"{_WAVE}courriers/<str:day>.pdf", paper.print_letters, name="survey_letters_print"),
    path(f"{_WAVE}affiche.pdf", paper.poster, name="survey_poster"),
    path(f"{_WAVE}appels/", calls.console, name="survey_calls"),
    path(_CALL, calls.call, name="survey_call"),
    path(f"{_CALL}entretien/", calls.interview, name="survey_interview"),
    path("s/", paper.code, name="survey_code"),
    path("mon-lien/", paper.link, name="survey_link"),
    path("sms/reponses/", answers.heard, name="sms_answers"),
]
