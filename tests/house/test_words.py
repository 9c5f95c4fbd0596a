"""One French term, one identifier: the glossary names every model, and no more."""

from __future__ import annotations

import re

from django.apps import apps

from tests.house.tree import PROJECT, ROOMS

GLOSSARY = (PROJECT / "docs" / "glossary.md").read_text()
NAMED = set(re.findall(rf"`((?:{'|'.join(ROOMS)})\.[A-Z]\w+)`", GLOSSARY))
MODELS = {model._meta.label for room in ROOMS for model in apps.get_app_config(room).get_models()}


def test_every_model_is_in_the_glossary() -> None:
    assert sorted(MODELS - NAMED) == []


def test_the_glossary_names_no_model_that_does_not_exist() -> None:
    assert sorted(NAMED - MODELS) == []


def test_one_term_has_one_identifier() -> None:
    terms = [line.split("|")[1].strip() for line in GLOSSARY.splitlines() if line.startswith("| *")]
    assert sorted(term for term in set(terms) if terms.count(term) > 1) == []
