"""The forms of sign-in: allauth's, with our words and no hint inside the fields."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms

WORDS = {
    "login": "Adresse électronique",
    "email": "Adresse électronique",
    "password": "Mot de passe",
    "oldpassword": "Mot de passe actuel",
    "password1": "Nouveau mot de passe",
    "password2": "Nouveau mot de passe, encore une fois",
    "code": "Code à 6 chiffres",
    "name": "Nom de la clé",
    "passwordless": "Entrer avec cette clé seule, sans mot de passe",
}
HELP = {
    "password1": "12 caractères au moins : une phrase qui n’est qu’à vous convient bien.",
    "code": "Celui que montre votre application de codes, ou un code de secours.",
    "name": "Pour la reconnaître : « ordinateur du bureau », « clé rouge ».",
    "passwordless": "La clé demande alors votre empreinte ou son propre code.",
}


class Words(forms.Form):
    """Puts our words on the fields of another form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = WORDS.get(name, field.label)
            field.help_text = HELP.get(name, "")
            field.widget.attrs.pop("placeholder", None)


class LoginForm(Words, account.LoginForm):  # type: ignore[misc]
    """E-mail and password."""


class ResetPasswordForm(Words, account.ResetPasswordForm):  # type: ignore[misc]
    """Where to send the link that chooses a new password."""


class ResetPasswordKeyForm(Words, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """The new password, behind the link."""


class ChangePasswordForm(Words, account.ChangePasswordForm):  # type: ignore[misc]
    """The old password and the new."""


class SetPasswordForm(Words, account.SetPasswordForm):  # type: ignore[misc]
    """A first password."""


class ReauthenticatePasswordForm(Words, account.ReauthenticateForm):  # type: ignore[misc]
    """One's password again."""


class AuthenticateForm(Words, mfa.AuthenticateForm):  # type: ignore[misc]
    """The code, after the password."""


class ReauthenticateCodeForm(Words, mfa.ReauthenticateForm):  # type: ignore[misc]
    """A code again."""


class ActivateCodesForm(Words, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an application, which proves that it works."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = "Celui que l’application montre maintenant."


class AddKeyForm(Words, AddWebAuthnForm):  # type: ignore[misc]
    """A passkey or security key; the browser fills in the credential."""


class EditKeyForm(Words, EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a key."""
