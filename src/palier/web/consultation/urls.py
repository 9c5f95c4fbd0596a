"""Addresses of the consultation pages."""

from django.urls import path

from palier.web.consultation import landlord, tenants

_HERE = "organismes/<int:landlord_id>/concertation/"

urlpatterns = [
    path(_HERE, landlord.consultation, name="consultation"),
    path(f"{_HERE}associer/", landlord.open_page, name="consultation_open"),
    path(f"{_HERE}<int:round_id>/", landlord.round_page, name="consultation_round"),
    path(f"{_HERE}<int:round_id>/partager/", landlord.reach, name="consultation_reach"),
    path(f"{_HERE}<int:round_id>/relancer/", landlord.remind, name="consultation_remind"),
    path(f"{_HERE}<int:round_id>/clore/", landlord.close, name="consultation_close"),
    path(f"{_HERE}<int:round_id>/reunion/", landlord.meeting, name="consultation_meeting"),
    path(f"{_HERE}reunions/<int:meeting_id>/retirer/", landlord.withdraw_meeting, name="consultation_meeting_withdraw"),
    path(f"{_HERE}documents/<int:shared_id>/", landlord.document, name="consultation_document"),
    path(f"{_HERE}voix/<int:voice_id>/repondre/", landlord.reply, name="consultation_reply"),
    path(f"{_HERE}voix/<int:voice_id>/", tenants.voice, name="voice"),
    path(f"{_HERE}voix/<int:voice_id>/relire/", tenants.review, name="voice_review"),
    path(f"{_HERE}voix/<int:voice_id>/envoyer/", tenants.send, name="voice_send"),
    path(f"{_HERE}voix/<int:voice_id>/merci/", tenants.thanks, name="voice_thanks"),
    path("representants/", tenants.voices, name="voices"),
]
