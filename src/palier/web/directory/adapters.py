"""How allauth meets our people, and our way of writing to them."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from palier.directory.models import Person
from palier.outbox.operations import post
from palier.web.doors import is_fresh

_WRONG_CODE = "Ce code ne convient pas. Prenez celui que l’application montre maintenant ; un code ne sert qu’une fois."


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up alone; letters go through the outbox; a proof of identity stays fresh as long as for our own acts."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "Ce compte n’est plus ouvert.",
        "email_password_mismatch": "L’adresse ou le mot de passe ne convient pas. Vérifiez les deux.",
        "enter_current_password": "Indiquez votre mot de passe actuel.",
        "incorrect_password": "Ce mot de passe ne convient pas.",
        "incorrect_code": _WRONG_CODE,
        "too_many_login_attempts": "Trop d’essais. Attendez cinq minutes, puis recommencez.",
        "rate_limited": "Trop d’essais en peu de temps. Attendez une minute, puis recommencez.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def is_reauthentication_required(self, app: str = "", **_: Any) -> bool:
        """Only when the last proof is old: who has just signed in is not asked twice."""
        return not is_fresh(context.request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the letter in the outbox, with the act: the worker sends it."""
        person = Person.objects.filter(email=email.casefold()).first()
        if person is None:
            return
        words = WORDS.get(template_prefix.rpartition("/")[2])
        subject, body = words or ("Votre compte Palier", self._rendered(template_prefix, person, context))
        link = context.get("password_reset_url") or context.get("activate_url") or "/compte/"
        post(
            event="directory.account",
            to=[person.pk],
            at=timezone.now(),
            subject=subject,
            body=body,
            link=str(link).removeprefix(settings.ORIGIN),
            delay=timedelta(0),
        )

    def _rendered(self, template_prefix: str, person: Person, context: dict[str, Any]) -> str:
        return render_to_string(f"{template_prefix}_message.txt", {"user": person, **context}).strip()

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say it in our words; a sign-in is not told, the page it opens shows it."""
        event = (message_template or "").rpartition("/")[2].removesuffix(".txt")
        if said := SAID.get(event, message):
            super().add_message(request, level, extra_tags=extra_tags, message=said)
        elif event not in SAID:
            super().add_message(request, level, message_template, message_context, extra_tags)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link that chooses a new password, as a path: the letter adds the installation's own address."""
        return f"/compte/mot-de-passe/nouveau/{key}/"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to one's account."""
        return "/compte/"


SAID = {
    "logged_in": "",
    "logged_out": "Votre session est fermée.",
    "totp_activated": "L’application de codes ouvre maintenant votre compte.",
    "totp_deactivated": "L’application de codes est retirée.",
    "webauthn_added": "La clé ouvre maintenant votre compte.",
    "webauthn_removed": "La clé est retirée.",
    "recovery_codes_generated": "Vos codes de secours sont prêts.",
    "password_set": "Votre mot de passe est enregistré.",
    "password_changed": "Votre mot de passe est enregistré.",
    "email_confirmed": "Votre adresse est confirmée.",
    "account_connected": "",
    "account_connected_updated": "",
}
_SECURITY = "Si ce n’est pas vous, changez de mot de passe et prévenez la personne qui administre Palier."
WORDS = {
    "password_reset_key": (
        "Choisir votre mot de passe",
        "Un lien pour choisir votre mot de passe vient d’être demandé. Il sert une fois. S’il n’est pas de vous, ne faites rien.",
    ),
    "email_confirmation": ("Confirmez votre adresse", "Ouvrez ce lien pour confirmer que cette adresse est bien la vôtre."),
    "password_changed": ("Votre mot de passe a changé", f"Votre mot de passe vient de changer. {_SECURITY}"),
    "password_set": ("Votre mot de passe est choisi", f"Un mot de passe vient d’être choisi pour votre compte. {_SECURITY}"),
    "password_reset": ("Votre mot de passe a changé", f"Votre mot de passe vient de changer. {_SECURITY}"),
    "totp_activated": ("Application de codes ajoutée", f"Une application de codes ouvre maintenant votre compte. {_SECURITY}"),
    "totp_deactivated": ("Application de codes retirée", f"L’application de codes n’ouvre plus votre compte. {_SECURITY}"),
    "webauthn_added": ("Clé ajoutée", f"Une nouvelle clé ouvre votre compte. {_SECURITY}"),
    "webauthn_removed": ("Clé retirée", f"Une clé n’ouvre plus votre compte. {_SECURITY}"),
    "recovery_codes_generated": (
        "Nouveaux codes de secours",
        f"De nouveaux codes de secours remplacent les anciens. {_SECURITY}",
    ),
}


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """OIDC signs in people already known by their verified e-mail address, and nobody else."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """What the organisation's own sign-in verified needs no letter of ours to confirm it."""
        verified = {address.email.casefold() for address in sociallogin.email_addresses if address.verified}
        if (person := sociallogin.user).pk and person.email in verified:
            EmailAddress.objects.update_or_create(user=person, email=person.email, defaults={"verified": True, "primary": True})


@cache
def _cipher() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(urlsafe_b64encode(sha256(f"palier.mfa:{secret}".encode()).digest())) for secret in secrets])


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of second factors encrypted: a stolen backup gives no codes."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _WRONG_CODE,
        "cannot_delete_authenticator": "Ce second facteur ne peut pas être retiré.",
        "cannot_generate_recovery_codes": "Ajoutez d’abord une application de codes ou une clé.",
    }

    def encrypt(self, text: str) -> str:
        """As stored."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """As used."""
        return _cipher().decrypt(encrypted_text.encode()).decode()
