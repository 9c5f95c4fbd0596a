"""How French joins a little word to the name after it: « des Toits », « d’Entraide », « au Foyer », « qu’Entraide »."""

from __future__ import annotations

import unicodedata

_CONTRACTED = {("de", "le"): "du", ("de", "les"): "des", ("à", "le"): "au", ("à", "les"): "aux"}
# What landlords call themselves, and the article one says before it.
_SAID_WITH = {"oph": "l’", "opac": "l’", "office": "l’"} | dict.fromkeys(("sem", "sa", "scic", "societe", "cooperative"), "la ")
_ELIDED = {"de": "d’", "que": "qu’"}
# Words before which nothing is elided: an h that is said, a vowel that counts for a consonant.
_NOT_ELIDED = frozenset(
    [
        "hague",
        "hainaut",
        "haies",
        "hall",
        "halle",
        "halles",
        "halte",
        "hameau",
        "hameaux",
        "hangar",
        "hardt",
        "haut",
        "haute",
        "hautes",
        "hauteur",
        "hauteurs",
        "hauts",
        "havre",
        "heron",
        "herons",
        "hetre",
        "hetres",
        "hollande",
        "honfleur",
        "houille",
        "houlgate",
        "huit",
        "onze",
        "ouistiti",
    ]
)


def elided(word: str, name: str) -> str:
    """« de » or « que » before the name of a person: « d’Anne », « qu’Inès », « de Mme B. »."""
    return f"{_ELIDED[word]}{name}" if word in _ELIDED and _begins_with_a_vowel(name) else f"{word} {name}"


def linked(word: str, name: str) -> str:
    """« de », « à » or « que » before the name of an organisation or a place, with its article: « du Foyer », « de l’OPH »."""
    article, _, rest = name.partition(" ")
    contracted = _CONTRACTED.get((word, article.casefold()))
    if contracted and rest:
        return f"{contracted} {rest}"
    said_with = _SAID_WITH.get(_first_word(name))
    return f"{word} {said_with}{name}" if said_with else elided(word, name)


def _begins_with_a_vowel(name: str) -> bool:
    first = _first_word(name)
    if not first or first in _NOT_ELIDED:
        return False
    return first[0] in "aeiouh" or (first[0] == "y" and first[1:2] not in tuple("aeiouy"))


def _first_word(name: str) -> str:
    """Without accents nor case; empty when the name begins with something else than a letter."""
    letters = unicodedata.normalize("NFD", name.casefold().replace("œ", "oe").replace("æ", "ae"))
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    return "".join(c if c.isalpha() else " " for c in plain).split(" ", 1)[0]
