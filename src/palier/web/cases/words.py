"""What the call-back page says, in the languages Palier speaks itself."""

from __future__ import annotations

_FRENCH = {
    "title": "Être rappelé",
    "lead": "Laissez un numéro : quelqu’un {of_landlord} vous appelle.",
    "done": "C’est noté",
    "done_lead": "Quelqu’un {of_landlord} vous appelle dans les prochains jours ouvrés. Vous direz ensuite si c’est réglé.",
    "name": "Votre nom",
    "phone": "Votre téléphone",
    "email": "Ou votre adresse électronique",
    "words": "De quoi s’agit-il ?",
    "words_help": "La personne qui vous rappelle le lira.",
    "either": "l’un ou l’autre",
    "phone_wrong": "Ce numéro est incomplet. Exemple : 06 12 34 56 78.",
    "email_wrong": "Cette adresse électronique est incomplète. Exemple : nom@exemple.fr.",
    "too_long": "Raccourcissez : %(limit_value)d caractères au plus.",
    "agree": "J’accepte d’être rappelé",
    "consent": "En laissant ces coordonnées, vous acceptez que l’équipe sache que cette demande vient de vous : pourquoi vous "
    "n’êtes pas satisfait, et ce que vous écrivez ici. Le reste de vos réponses reste sans votre nom. Tout est effacé un an "
    "après la fin de la demande.",
}
_ENGLISH = {
    "title": "Being called back",
    "lead": "Leave a number: somebody from {landlord} will call you.",
    "done": "Noted",
    "done_lead": "Somebody from {landlord} will call you within the next working days. You will then say whether it is settled.",
    "name": "Your name",
    "phone": "Your telephone",
    "email": "Or your e-mail address",
    "words": "What is it about?",
    "words_help": "The person who calls you back will read it.",
    "either": "one or the other",
    "phone_wrong": "This number is incomplete. For instance: 06 12 34 56 78.",
    "email_wrong": "This e-mail address is incomplete. For instance: name@example.com.",
    "cases.no_contact": "Leave a telephone number or an e-mail address to be called back.",
    "too_long": "Shorten this: at most %(limit_value)d characters.",
    "agree": "I agree to be called back",
    "consent": "By leaving these details, you agree that the team knows that this request comes from you: why you are not "
    "satisfied, and what you write here. The rest of your answers stays without your name. Everything is erased one year after "
    "the end of the request.",
}
WORDS = {"fr": _FRENCH, "en": _ENGLISH}
