"""Reading a grid written in YAML: every error at once, each with its line, in French.

``read`` checks the whole text and answers with the body to keep (every default written out) and with the problems found.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from palier.documents.rules import KINDS
from palier.frameworks.rules.grid import Direction, EvidenceRule, Form, Justification
from palier.frameworks.rules.purposes import PURPOSES
from palier.frameworks.rules.written import Problem, Written, compose

MAX_CRITERIA = 1_000
_ROOT = {"code", "title", "purpose", "notice", "defaults", "scales", "themes"}
_DEFAULTS = {"scale", "weight", "justification", "evidence_rule", "na_allowed", "form"}
_OF_A_CRITERION = {"code", "title", "expected", "guidance", "evidence", "replaces"} | _DEFAULTS


def read(text: str) -> tuple[dict[str, Any], list[Problem]]:
    """The body of a grid and what is wrong with it; the body is whole only when the list is empty."""
    root = compose(text)
    if isinstance(root, Problem):
        return {}, [root]
    reader = _Reader()
    return reader.framework(root), reader.problems


class _Reader(Written):
    """The parts of a grid."""

    def framework(self, root: Node) -> dict[str, Any]:
        keys = self.mapping(root, "de la grille", _ROOT, needed=("code", "title", "purpose", "notice", "scales", "themes"))
        scales = self.scales(keys.get("scales"))
        defaults = {
            "scale": next(iter(scales), ""),
            "weight": "1",
            "justification": Justification.ALWAYS.value,
            "evidence_rule": EvidenceRule.NONE.value,
            "na_allowed": True,
            "form": None,
        }
        if "defaults" in keys:
            given = self.mapping(keys["defaults"], "des valeurs par défaut", _DEFAULTS)
            defaults |= self.settings(given, set(scales))
        themes = [
            self.theme(node, defaults, set(scales)) for node in self.sequence(keys.get("themes"), "« themes »", at_least=1)
        ]
        self.no_twins(keys.get("themes"), "du thème")
        body = {
            "code": self.code(keys.get("code"), "de la grille"),
            "title": self.text(keys.get("title"), "title", 160),
            "purpose": self.choice(keys.get("purpose"), "purpose", PURPOSES),
            "notice": self.text(keys.get("notice"), "notice", 600),
            "scales": scales,
            "themes": themes,
        }
        self.no_twin_criteria(keys.get("themes"))
        if sum(len(theme["criteria"]) for theme in themes) > MAX_CRITERIA:
            self.problem(keys.get("themes"), f"une grille compte au plus {MAX_CRITERIA} critères.")
        used = {c["scale"] for theme in themes for c in theme["criteria"]}
        for key, _ in keys["scales"].value if scales else []:
            if key.value not in used:
                self.problem(key, f"l’échelle « {key.value} » ne sert à aucun critère.")
        return body

    def scales(self, node: Node | None) -> dict[str, Any]:
        if node is not None and not isinstance(node, MappingNode):
            self.problem(node, "« scales » est une suite d’échelles, chacune sous son code.")
        if not isinstance(node, MappingNode):
            return {}
        found = {}
        for key, value in node.value:
            code = self.code(key, "de l’échelle")
            if code in found:
                self.problem(key, f"l’échelle « {code} » est écrite deux fois.")
            keys = self.mapping(value, f"de l’échelle « {code} »", {"direction", "levels"}, needed=("direction", "levels"))
            found[code] = {
                "direction": self.choice(keys.get("direction"), "direction", [d.value for d in Direction]),
                "levels": self.levels(keys.get("levels"), code),
            }
        if not found:
            self.problem(node, "une grille a au moins une échelle.")
        return found

    def levels(self, node: Node | None, scale: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        nodes = self.sequence(node, f"les niveaux de l’échelle « {scale} »", at_least=2, at_most=11)
        for item in nodes:
            keys = self.mapping(item, "du niveau", {"value", "label", "meaning"}, needed=("value", "label"))
            level = {
                "value": self.integer(keys.get("value"), "value", 0, 100),
                "label": self.text(keys.get("label"), "label", 60),
                "meaning": self.text(keys.get("meaning"), "meaning", 400),
            }
            if found and level["value"] <= found[-1]["value"]:
                self.problem(item, "les niveaux vont de la plus petite valeur à la plus grande, chacune une seule fois.")
            found.append(level)
        return found

    def theme(self, node: Node, defaults: dict[str, Any], scales: set[str]) -> dict[str, Any]:
        keys = self.mapping(
            node, "du thème", {"code", "title", "introduction", "weight", "criteria"}, needed=("code", "title", "criteria")
        )
        title = self.text(keys.get("title"), "title", 160)
        return {
            "code": self.code(keys.get("code"), "du thème"),
            "title": title,
            "introduction": self.text(keys.get("introduction"), "introduction", 1000),
            "weight": self.weight(keys["weight"]) if "weight" in keys else "1",
            "criteria": [
                self.criterion(item, defaults, scales)
                for item in self.sequence(keys.get("criteria"), f"les critères du thème « {title} »", at_least=1)
            ],
        }

    def criterion(self, node: Node, defaults: dict[str, Any], scales: set[str]) -> dict[str, Any]:
        keys = self.mapping(node, "du critère", _OF_A_CRITERION, needed=("code", "title"))
        found = {
            "code": self.code(keys.get("code"), "du critère"),
            "title": self.text(keys.get("title"), "title", 200),
            "expected": self.text(keys.get("expected"), "expected", 600),
            "guidance": self.text(keys.get("guidance"), "guidance", 4000),
            "evidence": [
                self.choice(item, "evidence", KINDS)
                for item in (self.sequence(keys["evidence"], "« evidence »") if "evidence" in keys else [])
            ],
            **defaults,
            **self.settings(keys, scales),
        }
        if "replaces" in keys:
            found["replaces"] = [self.code(item, "remplacé") for item in self.sequence(keys["replaces"], "« replaces »")]
        if len(set(found["evidence"])) < len(found["evidence"]):
            self.problem(keys["evidence"], "un type de preuve est écrit deux fois.")
        if found["evidence_rule"] != EvidenceRule.NONE.value and not found["evidence"]:
            self.problem(node, f"le critère « {found['code']} » exige une preuve sans dire de quel type (clé « evidence »).")
        return found

    def settings(self, keys: dict[str, Node], scales: set[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if "scale" in keys:
            found["scale"] = self.choice(keys["scale"], "scale", scales)
        if "weight" in keys:
            found["weight"] = self.weight(keys["weight"])
        if "justification" in keys:
            found["justification"] = self.choice(keys["justification"], "justification", [j.value for j in Justification])
        if "evidence_rule" in keys:
            found["evidence_rule"] = self.choice(keys["evidence_rule"], "evidence_rule", [r.value for r in EvidenceRule])
        if "na_allowed" in keys:
            found["na_allowed"] = self.choice(keys["na_allowed"], "na_allowed", ("true", "false")) == "true"
        if "form" in keys:
            found["form"] = self.choice(keys["form"], "form", [f.value for f in Form])
        return found

    # --- Twins --------------------------------------------------------------------------------------------------

    def no_twin_criteria(self, themes: Node | None) -> None:
        seen: dict[str, int] = {}
        lists = [self.raw(item, "criteria") for item in (themes.value if isinstance(themes, SequenceNode) else [])]
        for criteria in lists:
            self.no_twins(criteria, "du critère", seen)
        for criterion in [item for criteria in lists if isinstance(criteria, SequenceNode) for item in criteria.value]:
            former = self.raw(criterion, "replaces")
            for code in former.value if isinstance(former, SequenceNode) else []:
                if isinstance(code, ScalarNode) and code.value in seen:
                    line = seen[code.value]
                    self.problem(
                        code, f"« {code.value} » est encore un critère de cette grille, ligne {line} : il garde ses réponses."
                    )

    def weight(self, node: Node) -> str:
        value = self.text(node, "weight", 10)
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal(0)
        if not (number.is_finite() and 0 < number <= 100):
            self.problem(
                node,
                f"« weight » est un nombre plus grand que 0, au plus 100, écrit avec un point ; « {value} » n’en est pas un.",
            )
            return "1"
        return f"{number.normalize():f}"
