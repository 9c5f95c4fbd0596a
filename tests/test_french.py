"""A name never stands behind « de les », « de le » or « de » before a vowel."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.french import elided, linked

NAMES = (
    st.text(alphabet=st.characters(categories=("L", "N"), include_characters=" ’-."), min_size=1).map(str.strip).filter(bool)
)


@pytest.mark.parametrize(
    ("word", "name", "said"),
    [
        ("de", "Les Toits du Val", "des Toits du Val"),
        ("de", "Le Foyer", "du Foyer"),
        ("de", "La Maison commune", "de La Maison commune"),
        ("de", "L’Habitat rural", "de L’Habitat rural"),
        ("de", "Entraide", "d’Entraide"),
        ("de", "Émeraude Habitat", "d’Émeraude Habitat"),
        ("de", "Œuvre sociale", "d’Œuvre sociale"),
        ("de", "Habitat des Coteaux", "d’Habitat des Coteaux"),
        ("de", "Hauts-de-Bièvre Habitat", "de Hauts-de-Bièvre Habitat"),
        ("de", "Yvetot Logis", "d’Yvetot Logis"),
        ("de", "Yaoundé Logis", "de Yaoundé Logis"),
        ("de", "1001 Toits", "de 1001 Toits"),
        ("de", "Montfictif Habitat", "de Montfictif Habitat"),
        ("de", "OPH de Bondy", "de l’OPH de Bondy"),
        ("à", "Office du Val", "à l’Office du Val"),
        ("de", "Société du Val", "de la Société du Val"),
        ("de", "Les", "de Les"),
        ("de", "Lesparre", "de Lesparre"),
        ("à", "Les Toits", "aux Toits"),
        ("à", "Le Foyer", "au Foyer"),
        ("à", "Entraide", "à Entraide"),
        ("que", "Entraide", "qu’Entraide"),
        ("que", "Les Toits", "que Les Toits"),
    ],
)
def test_a_name_is_joined_as_one_says_it(word: str, name: str, said: str) -> None:
    assert linked(word, name) == said


@pytest.mark.parametrize(("name", "said"), [("Anne", "d’Anne"), ("Mme B.", "de Mme B."), ("Le Goff", "de Le Goff")])
def test_the_name_of_a_person_keeps_what_looks_like_an_article(name: str, said: str) -> None:
    assert elided("de", name) == said


@given(NAMES)
def test_no_name_is_lost_nor_badly_joined(name: str) -> None:
    said = linked("de", name)
    article, _, rest = name.partition(" ")
    assert said.endswith(rest if article.casefold() in {"le", "les"} and rest else name)
    assert said.split(" ")[0] in {"de", "du", "des"} or said.startswith("d’")
    assert not said.casefold().startswith(("de le ", "de les "))
