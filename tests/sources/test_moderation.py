"""The short text of an incident names nobody; a false alarm is less than a name kept, but ordinary facts pass."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.sources.rules.moderation import moderated

NAMING = [
    "C’est Karim Benali qui a cassé la porte",
    "Dégradé par M. Dupont",
    "Dégradé par m. dupont",
    "vu madame Leroy crier sur le gardien",
    "Mme LEROY du 3e",
    "Le fils Martin encore",
    "la famille Diallo fait du bruit",
    "vu Karim casser la porte",
    "c’est encore DUPONT qui a cassé la porte",
    "un nommé Kevin",
    "surnommé Le Grand",
    "DUPONT Jean a insulté l’agent",
    "Jean DUPONT a insulté l’agent",
    "Jean-Pierre de Latour a menacé l’agent",
    "appeler au 06 12 34 56 78",
    "joignable au 0612345678",
    "tél. +33 6 12 34 56 78",
    "écrire à jean@example.test",
    "voiture AB-123-CD",
    "scooter ab 123 cd",
    "épave 1234 XY 93",
    "bruit à l’appartement 34",
    "logement n° 12",
    "porte 204 forcée par l’occupant",
]
ORDINARY = [
    "",
    "Occupation du hall chaque soir depuis le mois de mars.",
    "Ascenseur en panne après jets de pierres, boîtes aux lettres cassées.",
    "Encombrants devant le local, côté rue des Lilas.",
    "Groupe de 10 personnes dans l’entrée B, insultes envers le gardien.",
    "La police municipale est passée. Plainte déposée.",
    "Trois boîtes aux lettres arrachées bâtiment C.",
    "Feu de poubelle vers 22 h 30, pompiers venus.",
    "Porte du hall cassée. Vitre brisée. Intervention demandée.",
    "Deux caves fracturées, vélo volé.",
]


@pytest.mark.parametrize("text", NAMING)
def test_a_text_by_which_somebody_could_be_found_is_refused(text: str) -> None:
    assert not moderated(text)


@pytest.mark.parametrize("text", ORDINARY)
def test_a_text_that_tells_facts_is_kept(text: str) -> None:
    assert moderated(text), moderated(text).sentence


def test_the_name_of_the_residence_is_no_ones_name() -> None:
    assert not moderated("Hall de la Bruyère Blanche occupé")
    assert moderated("Hall de la Bruyère Blanche occupé", known=frozenset({"bruyere", "blanche"}))


@given(st.from_regex(r"0[1-9]([ .]?[0-9]{2}){4}", fullmatch=True), st.sampled_from(ORDINARY))
def test_no_telephone_gets_through_whatever_stands_around(number: str, text: str) -> None:
    assert not moderated(f"{text} {number}")


@given(st.text(max_size=300))
def test_any_text_gets_an_answer(text: str) -> None:
    moderated(text)
