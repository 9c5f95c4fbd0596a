"""Addresses under ``/compte/``: one's own account, and allauth's pages behind our doors. Nobody signs up alone: no such page."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.urls import path, re_path

from palier.web.directory import account as own
from palier.web.directory import addresses, boards, sign_in
from palier.web.doors import Open, View, door


def anyone(view: View) -> View:
    """A page for people who come in."""
    return door(GET=Open.PUBLIC, POST=Open.PUBLIC)(view)


def oneself(view: View) -> View:
    """A page of one's own security settings."""
    return door(GET=Open.SECURITY, POST=Open.SECURITY)(view)


urlpatterns = [
    path("", own.account, name="account"),
    path("cles-de-programme/", own.tokens, name="api_tokens"),
    path("cles-de-programme/<int:pk>/revoquer/", own.revoke_token, name="api_token_revoke"),
    path("conseils/", boards.mine, name="my_boards"),
    path("conseils/declarer/", boards.declare_mine, name="my_board_declare"),
    path("conseils/<int:board_mandate_id>/finir/", boards.end_mine, name="my_board_end"),
    path("adresse/", addresses.own, name="address"),
    path("adresse/nouvelle/<str:token>/", addresses.confirm, name="address_confirm"),
    path("connexion/", anyone(sign_in.login), name="account_login"),
    path("deconnexion/", anyone(account.logout), name="account_logout"),
    path("inactif/", anyone(account.account_inactive), name="account_inactive"),
    path("adresse/confirmation/", anyone(account.email_verification_sent), name="account_email_verification_sent"),
    path("adresse/confirmation/<str:key>/", anyone(account.confirm_email), name="account_confirm_email"),
    path("mot-de-passe/oublie/", anyone(account.password_reset), name="account_reset_password"),
    path("mot-de-passe/oublie/envoye/", anyone(account.password_reset_done), name="account_reset_password_done"),
    path(
        "mot-de-passe/nouveau/fait/",
        anyone(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^mot-de-passe/nouveau/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        anyone(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("mot-de-passe/changer/", oneself(account.password_change), name="account_change_password"),
    path("mot-de-passe/choisir/", oneself(account.password_set), name="account_set_password"),
    path("confirmer/", oneself(account.reauthenticate), name="account_reauthenticate"),
    path("second-facteur/", oneself(mfa.index), name="mfa_index"),
    path("second-facteur/code/", anyone(mfa.authenticate), name="mfa_authenticate"),
    path("second-facteur/confirmer/", oneself(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("second-facteur/application/", oneself(sign_in.AddApplicationView.as_view()), name="mfa_activate_totp"),
    path("second-facteur/application/retirer/", oneself(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("second-facteur/secours/", oneself(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("second-facteur/secours/nouveaux/", oneself(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("second-facteur/secours/fichier/", oneself(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("second-facteur/cles/", oneself(keys.list_webauthn), name="mfa_list_webauthn"),
    path("second-facteur/cles/ajouter/", oneself(sign_in.AddKeyView.as_view()), name="mfa_add_webauthn"),
    path("second-facteur/cles/confirmer/", oneself(keys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("second-facteur/cles/entrer/", anyone(keys.login_webauthn), name="mfa_login_webauthn"),
    path("second-facteur/cles/<int:pk>/retirer/", oneself(keys.remove_webauthn), name="mfa_remove_webauthn"),
    path("second-facteur/cles/<int:pk>/nommer/", oneself(keys.edit_webauthn), name="mfa_edit_webauthn"),
    path("externe/annule/", anyone(social.login_cancelled), name="socialaccount_login_cancelled"),
    path("externe/echec/", anyone(social.login_error), name="socialaccount_login_error"),
    path("externe/<str:provider_id>/", anyone(sign_in.oidc_login), name="openid_connect_login"),
    path("externe/<str:provider_id>/retour/", anyone(oidc.callback), name="openid_connect_callback"),
]
