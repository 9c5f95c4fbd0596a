"""Addresses of the committee's pages."""

from django.urls import path

from palier.web.committee import composing, decisions, items, room, sessions, terms, voting

_ONE = "comites/<int:committee_id>/"
_SEAT = f"{_ONE}sieges/<int:seat_id>/"
_MANDATE = f"{_ONE}mandats/<int:mandate_id>/"
_SESSION = f"{_ONE}seances/<int:session_number>/"
_ITEM = f"{_SESSION}points/<int:item_id>/"
_POLL = f"{_ITEM}scrutins/<int:poll_number>/"
_VOICE = f"{_POLL}voix/<int:seat_id>/"
urlpatterns = [
    path("organismes/<int:landlord_id>/decisions/", decisions.decisions, name="decisions"),
    path("organismes/<int:landlord_id>/decisions/enregistrer/", decisions.record, name="decision_record"),
    path("comites/", composing.committees, name="committees"),
    path("comites/ajouter/", composing.add, name="committee_add"),
    path(_ONE, composing.committee, name="committee"),
    path(f"{_ONE}sieges/ouvrir/", composing.add_seat, name="committee_seat_add"),
    path(_SEAT, composing.seat, name="committee_seat"),
    path(f"{_SEAT}nommer/", composing.appoint, name="committee_appoint"),
    path(f"{_SEAT}fermer/", composing.close_seat, name="committee_seat_close"),
    path(f"{_MANDATE}designation/", composing.appointment, name="committee_appointment"),
    path(f"{_MANDATE}finir/", composing.end_mandate, name="committee_mandate_end"),
    path(f"{_MANDATE}avancer/", composing.call_earlier, name="committee_call_earlier"),
    path(f"{_MANDATE}fonction/", composing.give_office, name="committee_office"),
    path(f"{_ONE}regles/", terms.versions, name="committee_terms"),
    path(f"{_ONE}regles/preparer/", terms.prepare, name="committee_terms_prepare"),
    path(f"{_ONE}regles/<int:number>/", terms.version, name="committee_terms_version"),
    path(f"{_ONE}regles/<int:number>/publier/", terms.publish, name="committee_terms_publish"),
    path(f"{_ONE}seances/", sessions.sessions, name="committee_sessions"),
    path(f"{_ONE}seances/preparer/", sessions.prepare, name="committee_session_prepare"),
    path(_SESSION, sessions.session, name="committee_session"),
    path(f"{_SESSION}calendrier.ics", sessions.calendar, name="committee_session_calendar"),
    path(f"{_SESSION}points/inscrire/", items.add_item, name="committee_item_add"),
    path(f"{_SESSION}points/inscrire/<str:kind>/", items.add_item, name="committee_item_add_kind"),
    path(f"{_SESSION}points/prets/", items.add_ready, name="committee_items_ready"),
    path(f"{_SESSION}reporter/", sessions.move, name="committee_session_move"),
    path(f"{_SESSION}convoquer/", sessions.convene, name="committee_session_convene"),
    path(f"{_SESSION}convoquer-de-nouveau/", sessions.convene_again, name="committee_session_again"),
    path(f"{_SESSION}annuler/", sessions.cancel, name="committee_session_cancel"),
    path(f"{_SESSION}reponse/", sessions.reply, name="committee_session_reply"),
    path(_ITEM, items.item, name="committee_item"),
    path(f"{_ITEM}pieces/<int:file_id>/", items.file, name="committee_item_file"),
    path(f"{_ITEM}deplacer/", items.place, name="committee_item_place"),
    path(f"{_ITEM}retirer/", items.take_off, name="committee_item_off"),
    path(f"{_ITEM}liens/", items.review, name="committee_item_review"),
    path(f"{_ITEM}recusations/<int:recusal_id>/lever/", items.lift, name="committee_recusal_lift"),
    path(f"{_ITEM}recuser/", items.recuse, name="committee_item_recuse"),
    path(f"{_SESSION}salle/", room.room, name="committee_room"),
    path(f"{_SESSION}ouvrir/", room.open_session, name="committee_session_open"),
    path(f"{_SESSION}clore/", room.close_session, name="committee_session_close"),
    path(f"{_SESSION}presences/", room.presences, name="committee_presences"),
    path(f"{_SESSION}presidence/", room.designate, name="committee_designate"),
    path(f"{_SESSION}pouvoirs/", room.give_proxy, name="committee_proxy"),
    path(f"{_SESSION}pouvoirs/<int:proxy_id>/reprendre/", room.take_proxy_back, name="committee_proxy_back"),
    path(f"{_ITEM}salle/", room.room, name="committee_room_item"),
    path(f"{_ITEM}ouvrir/", room.open_item, name="committee_item_open"),
    path(f"{_ITEM}conclure/", room.conclude, name="committee_item_conclude"),
    path(f"{_ITEM}scrutins/ouvrir/", voting.open_poll, name="committee_poll_open"),
    path(f"{_POLL}clore/", voting.close_poll, name="committee_poll_close"),
    path(f"{_POLL}relancer/", voting.remind, name="committee_poll_remind"),
    path(f"{_POLL}annuler/", voting.void, name="committee_poll_void"),
    path(f"{_POLL}annuler/ecarter/", voting.set_aside, name="committee_voiding_aside"),
    path(f"{_POLL}annuler/retirer/", voting.take_signature_back, name="committee_voiding_back"),
    path(_VOICE, voting.vote, name="committee_vote"),
    path(f"{_VOICE}recu-<int:version>.json", voting.ballot_receipt, name="committee_ballot_receipt"),
]
