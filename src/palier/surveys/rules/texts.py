"""The words that carry a link: an SMS, the lines around an e-mail, in the languages that Palier speaks to tenants.

The landlord's own message is in French; where a household asks for another language, a sentence in it comes first.
"""

from __future__ import annotations

_SMS = {
    "fr": "{landlord} : votre avis sur votre logement, 5 minutes, reponse confidentielle : {link} STOP pour ne plus recevoir",
    "en": "{landlord}: your view on your home, 5 minutes, confidential: {link} Reply STOP to opt out",
    "es": "{landlord}: su opinion sobre su vivienda, 5 minutos, confidencial: {link} STOP para no recibir mas",
    "pt": "{landlord}: a sua opiniao sobre a sua casa, 5 minutos, confidencial: {link} STOP para nao receber mais",
}
_FIRST = {
    "en": "We would like your view on your home. The link below opens the questionnaire.",
    "es": "Nos gustaría conocer su opinión sobre su vivienda. El enlace de abajo abre el cuestionario.",
    "pt": "Gostaríamos de conhecer a sua opinião sobre a sua casa. A ligação abaixo abre o questionário.",
}
_PROMISE = (
    "Votre réponse est confidentielle : elle est gardée sans votre nom, et personne chez votre bailleur ne peut savoir ce que "
    "vous avez répondu. Répondre n’est pas obligatoire. La page du lien permet aussi de ne plus être sollicité."
)


def text_message(*, landlord: str, language: str, link: str) -> str:
    """An SMS: who asks, how long it takes, the link, how to stop. Without accents where it would cost twice."""
    return _SMS.get(language, _SMS["fr"]).format(landlord=landlord[:30], link=link)


def letter_text(*, message: str, purpose: str, language: str) -> str:
    """The body of an e-mail, before its link: the landlord's message, what the survey serves, what becomes of the answer."""
    parts = [_FIRST.get(language, ""), message, f"À quoi sert cette enquête : {purpose}", _PROMISE]
    return "\n\n".join(part for part in parts if part)


def says_stop(text: str) -> bool:
    """Whether an answer by SMS asks for no more: STOP, alone or first, in whatever case."""
    return text.strip().upper().startswith(("STOP", "ARRET", "ARRÊT"))
