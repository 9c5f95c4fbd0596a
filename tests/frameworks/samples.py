"""Small grids written on the spot."""

from __future__ import annotations

from typing import Any

from palier.frameworks.rules.grid import Framework, build
from palier.frameworks.rules.reading import read

SMALL = """\
code: small
title: Petite grille
purpose: charter_review
notice: Exemple.
defaults: {justification: weak}
scales:
  four:
    direction: higher_is_better
    levels:
      - {value: 1, label: Faible}
      - {value: 2, label: À améliorer}
      - {value: 3, label: Satisfaisant}
      - {value: 4, label: Solide}
themes:
  - code: cleaning
    title: Propreté
    criteria:
      - {code: control, title: Contrôle, weight: 2, evidence: [procedure, control_sheet], evidence_rule: one}
      - {code: sharing, title: Partage, justification: always}
      - {code: waste, title: Encombrants}
  - code: welcome
    title: Accueil
    weight: 2
    criteria:
      - {code: phone, title: Téléphone, na_allowed: false}
      - {code: desk, title: Guichet, justification: never}
"""
HELD = SMALL.replace("code: small", "code: held").replace("charter_review", "hqs_diagnosis")


def grid(text: str = SMALL) -> Framework:
    """The objects of a grid that reads without a problem."""
    return build(body(text))


def body(text: str = SMALL) -> dict[str, Any]:
    """The body of a grid that reads without a problem."""
    found, problems = read(text)
    assert not problems, problems
    return found
