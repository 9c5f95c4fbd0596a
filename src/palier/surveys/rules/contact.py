"""The ways to a household, and how its contact is written once, whatever the file wrote."""

from __future__ import annotations

import re
from enum import StrEnum


class Channel(StrEnum):
    """A way to reach a household."""

    EMAIL = "email"
    SMS = "sms"
    POST = "post"
    PHONE = "phone"

    @property
    def label(self) -> str:
        """In French, for a table."""
        return {"email": "E-mail", "sms": "SMS", "post": "Courrier", "phone": "Téléphone"}[self.value]


# What Palier sends by itself; letters are printed, calls are made by people.
SENT = (Channel.EMAIL, Channel.SMS)


class Mode(StrEnum):
    """How an invitation was answered: alone on a screen, with somebody on the phone, on paper."""

    WEB = "web"
    PHONE = "phone"
    PAPER = "paper"

    @property
    def label(self) -> str:
        """In French, for a table."""
        return {"web": "En ligne", "phone": "Téléphone", "paper": "Papier"}[self.value]


# Languages that a landlord's file may ask for; a questionnaire says which of them it is written in.
LANGUAGES = {
    "fr": "français",
    "en": "anglais",
    "ar": "arabe",
    "es": "espagnol",
    "it": "italien",
    "pl": "polonais",
    "pt": "portugais",
    "ro": "roumain",
    "ru": "russe",
    "tr": "turc",
    "uk": "ukrainien",
    "zh": "chinois",
}

_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")
_INTERNATIONAL = re.compile(r"\+[1-9]\d{7,14}")
_MOBILES = ("+336", "+337", "+262692", "+262693", "+590690", "+590691", "+594694", "+596696", "+596697")


def email_of(text: str) -> str:
    """An address as it is kept, in small letters; empty when there is none.

    Raises:
        ValueError: when it is no e-mail address.
    """
    found = text.strip().casefold()
    if found and not _EMAIL.fullmatch(found):
        raise ValueError(text)
    return found


def phone_of(text: str) -> str:
    """A telephone number as it is kept (+33612345678); empty when there is none. Ten figures are a French number.

    Raises:
        ValueError: when it is no telephone number.
    """
    found = re.sub(r"[\s.\-_/()]|\u202f|\u00a0", "", text.strip())
    if not found:
        return ""
    if found.startswith("00"):
        found = f"+{found[2:]}"
    elif re.fullmatch(r"0[1-9]\d{8}", found):
        found = f"+33{found[1:]}"
    elif re.fullmatch(r"[1-9]\d{8}", found):  # a spreadsheet took the first zero away
        found = f"+33{found}"
    found = re.sub(r"^\+330(?=\d{9}$)", "+33", found)
    if not _INTERNATIONAL.fullmatch(found):
        raise ValueError(text)
    return found


def takes_texts(phone: str) -> bool:
    """Whether a number is a French mobile, the only ones that short messages go to."""
    return phone.startswith(_MOBILES)


def channels_of(*, email: str, phone: str, address: str) -> tuple[Channel, ...]:
    """The ways that a contact opens."""
    opened = {
        Channel.EMAIL: bool(email),
        Channel.SMS: takes_texts(phone),
        Channel.POST: bool(address),
        Channel.PHONE: bool(phone),
    }
    return tuple(channel for channel, is_open in opened.items() if is_open)
