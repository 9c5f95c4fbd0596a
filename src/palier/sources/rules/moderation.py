"""What the short text of an incident may not carry: a name, a telephone, an address of mail, a plate.

An incident says what happened, never who did it. The text is refused as soon as it looks like somebody could be found
by it; a false alarm costs a rewording, a name kept costs a person.
"""

from __future__ import annotations

import re

from palier.directory.rules import plain
from palier.verdict import Reason, Verdict

_CIVIL = r"(?:m\.|mr\.?|mrs|mme\.?|mmes|mlle\.?|monsieur|madame|mademoiselle|messieurs|mesdames|m(?=\s+[A-ZÀ-Ý]))"
_UPPER = r"[A-ZÀ-ÖØ-Ý]"
_WORD = rf"{_UPPER}[\wà-öø-ÿ-]+"
_TITLED = re.compile(rf"(?<![\w.])(?i:{_CIVIL})\s+(?:{_UPPER}\.?\s*)?{_UPPER}?[\wà-öø-ÿ’'-]{{2,}}")
_RELATED = re.compile(
    rf"(?i:\b(?:nommée?s?|appelée?s?|dénommée?s?|surnommée?s?|alias|famille|fils|fille|frère|sœur|copain|copine|neveu)"
    rf"(?:\s+(?:de|du|d’|d'|les?|la))?\s*){_WORD}"
)
_TOKEN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿœŒ]+(?:-[A-Za-zÀ-ÖØ-öø-ÿœŒ]+)*|[.!?:;\n]")
_ENDS = frozenset(".!?:;\n")
# « rue des Lilas », « résidence de la Tour du Pin »: a capital so near after a word of place belongs to the place.
_REACH = 4
_PHONE = re.compile(r"(?:\+33|0033|\b0)\s*(?:\(0\))?\s*[1-9](?:[\s.\-/\u00a0\u202f]*\d{2}){4}\b")
_MAIL = re.compile(r"[\w.+-]+\s*(?:@|\(at\)|\barobase\b)\s*[\w-]+(?:\.[\w-]+)?", re.IGNORECASE)
_PLATE = re.compile(r"\b(?:[A-Z]{2}[\s-]?\d{3}[\s-]?[A-Z]{2}|\d{1,4}[\s-]?[A-Z]{2,3}[\s-]?(?:\d{2}|2[AB]))\b", re.IGNORECASE)
_DOOR = re.compile(r"\b(?:appartement|appt?\.?|logement|porte)\s*(?:n[°o]\s*)?[A-Z]?\d+\w*", re.IGNORECASE)
# After these, capitals name a place.
_OPENINGS = (
    "rue avenue boulevard place allee allees impasse square cours quai chemin route passage cite residence batiment tour "
    "quartier parc ecole college lycee gare ilot esplanade villa sentier mail"
)
_OPENS_A_PLACE = frozenset(_OPENINGS.split())
# Bodies and words of the trade that bear a capital.
_OTHERS = (
    "hall escalier cage entree bloc parking cave local locaux ascenseur mairie agence loge police municipale nationale "
    "gendarmerie prefecture samu pompiers sdis edf enedis grdf veolia suez ratp sncf qpv hlm oph "
    "lundi mardi mercredi jeudi vendredi samedi dimanche nord sud est ouest noel ramadan"
)
_PLACES = _OPENS_A_PLACE | frozenset(_OTHERS.split())
_VEIL = "[…]"
_SAID = {
    "name": ("sources.name", "ressemble au nom d’une personne"),
    "phone": ("sources.phone", "ressemble à un numéro de téléphone"),
    "mail": ("sources.mail", "ressemble à une adresse de courriel"),
    "plate": ("sources.plate", "ressemble à une plaque d’immatriculation"),
    "door": ("sources.door", "désigne un logement précis"),
}


def moderated(text: str, *, known: frozenset[str] = frozenset()) -> Verdict:
    """Whether a text may be kept with an incident; or else each passage by which somebody could be found.

    ``known`` are words in plain letters that are no one's name here: those of the residence, its street and its town.
    """
    patterns = (("phone", _PHONE), ("mail", _MAIL), ("plate", _PLATE), ("door", _DOOR))
    found = {kind: match[0] for kind, pattern in patterns if (match := pattern.search(text))}
    if passage := _name_in(text, known):
        found["name"] = passage
    return Verdict(
        tuple(
            Reason(
                _SAID[kind][0],
                f"« {passage.strip()} » {_SAID[kind][1]}. Décrivez les faits sans permettre de reconnaître quelqu’un.",
            )
            for kind, passage in found.items()
        )
    )


def veiled(text: str) -> str:
    """A text without any passage by which somebody could be found, « […] » in its place: a tenant’s own words may not be refused."""
    for pattern in (_PHONE, _MAIL, _PLATE, _DOOR, _TITLED, _RELATED):
        text = pattern.sub(_VEIL, text)
    while passage := _name_in(text, frozenset()):
        text = text.replace(passage, _VEIL)
    return text


def _name_in(text: str, known: frozenset[str]) -> str:
    for pattern in (_TITLED, _RELATED):
        if match := pattern.search(text):
            return match[0]
    words = _TOKEN.findall(text)
    # Where everything is in capitals, they tell nothing.
    shouting = sum(c.isupper() for c in text) * 2 > sum(c.isalpha() for c in text)
    return next((word for index, word in enumerate(words) if not shouting and _is_name(words, index, known)), "")


def _is_name(words: list[str], index: int, known: frozenset[str]) -> bool:
    """Whether a word looks like a name: a capital inside a sentence, or followed by another, and no place to explain it."""
    word = words[index]
    if not word[0].isupper() or len(word) < 2 or _explained(word, known):
        return False
    near = words[max(index - _REACH, 0) : index]
    ended = max((position for position, before in enumerate(near, 1) if before in _ENDS), default=0)
    if any(plain(before) in _OPENS_A_PLACE for before in near[ended:]):
        return False
    if index and words[index - 1] not in _ENDS:
        return word.istitle() or len(word) > 3
    following = words[index + 1] if index + 1 < len(words) else ""
    return len(following) > 1 and following[0].isupper() and not _explained(following, known)


def _explained(word: str, known: frozenset[str]) -> bool:
    return any(part in _PLACES or part in known for part in plain(word).split())
