"""Reading a grid written in YAML: every error at once, each with its line, in French.

``read`` checks the whole text and answers with the body to keep (every default written out) and with the problems found.
Scalars are taken as they are written: « Non » stays a word, never a boolean.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from palier.documents.rules import KINDS
from palier.frameworks.rules.grid import Direction, EvidenceRule, Form, Justification
from palier.frameworks.rules.purposes import PURPOSES
from palier.verdict import Reason, Verdict

MAX_TEXT = 1_000_000
MAX_CRITERIA = 1_000
MAX_DEPTH = 10
_CODE = re.compile(r"[a-z][a-z0-9_]{1,59}")
_ROOT = {"code", "title", "purpose", "notice", "defaults", "scales", "themes"}
_DEFAULTS = {"scale", "weight", "justification", "evidence_rule", "na_allowed", "form"}
_OF_A_CRITERION = {"code", "title", "expected", "guidance", "evidence", "replaces"} | _DEFAULTS


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and on which line (1 is the first)."""

    line: int
    sentence: str


def as_verdict(problems: Collection[Problem]) -> Verdict:
    """The problems as reasons, in the order of the lines."""
    return Verdict(
        tuple(
            Reason("frameworks.unreadable", f"Ligne {p.line} : {p.sentence}", detail=str(p.line))
            for p in sorted(problems, key=lambda p: p.line)
        )
    )


def read(text: str) -> tuple[dict[str, Any], list[Problem]]:
    """The body of a grid and what is wrong with it; the body is whole only when the list is empty."""
    if len(text) > MAX_TEXT:
        return {}, [Problem(1, "le fichier dépasse 1 Mo. Une grille tient en quelques dizaines de kilo-octets.")]
    try:
        if refused := _too_clever(text):
            return {}, [refused]
        root = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError as error:
        return {}, [_unreadable(text, error)]
    reader = _Reader()
    body = reader.framework(root) if root else {}
    if not root:
        reader.problem(None, "le fichier est vide.")
    return body, reader.problems


def _too_clever(text: str) -> Problem | None:
    """The first thing that a grid never needs and that could cost us dear: a reference, or lists in lists without end."""
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            return Problem(line, "les renvois YAML (« * ») ne sont pas pris. Répétez le texte.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            return Problem(line, "trop de listes sont ici l’une dans l’autre. Vérifiez les crochets et l’alignement.")
    return None


def _unreadable(text: str, error: yaml.YAMLError) -> Problem:
    """Where the text stops being YAML, and the likely cause."""
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return Problem(line, "cette ligne contient un caractère invisible qui n’est pas du texte. Réécrivez-la.")
    mark = getattr(error, "problem_mark", None)
    number = mark.line if mark else 0
    written = dict(enumerate(text.splitlines())).get(number, "")
    problem = str(getattr(error, "problem", ""))
    if "\t" in written[: len(written) - len(written.lstrip())]:
        sentence = "cette ligne commence par une tabulation. Alignez avec des espaces."
    elif "mapping values are not allowed" in problem:
        sentence = "un « : » est de trop, ou l’alignement a changé. Mettez entre guillemets un texte qui contient « : »."
    else:
        sentence = "le texte n’est pas lisible ici. Vérifiez l’alignement, les deux-points et les guillemets."
    return Problem(number + 1, sentence)


class _Reader:
    """Walks the nodes of one text and remembers what is wrong."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def problem(self, node: Node | None, sentence: str) -> None:
        self.problems.append(Problem(node.start_mark.line + 1 if node else 1, sentence))

    # --- The parts of a grid ------------------------------------------------------------------------------------

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
        self.no_twins(keys.get("themes"), "thème")
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

    def no_twins(self, node: Node | None, what: str, seen: dict[str, int] | None = None) -> None:
        """Say where a code comes back; ``seen`` goes on from one list to the next."""
        seen = {} if seen is None else seen
        for item in node.value if isinstance(node, SequenceNode) else []:
            code = self.raw(item, "code")
            if not isinstance(code, ScalarNode):
                continue
            if first := seen.get(code.value):
                self.problem(code, f"le code « {code.value} » est déjà celui du {what} de la ligne {first}.")
            else:
                seen[code.value] = code.start_mark.line + 1

    def no_twin_criteria(self, themes: Node | None) -> None:
        seen: dict[str, int] = {}
        lists = [self.raw(item, "criteria") for item in (themes.value if isinstance(themes, SequenceNode) else [])]
        for criteria in lists:
            self.no_twins(criteria, "critère", seen)
        for criterion in [item for criteria in lists if isinstance(criteria, SequenceNode) for item in criteria.value]:
            former = self.raw(criterion, "replaces")
            for code in former.value if isinstance(former, SequenceNode) else []:
                if isinstance(code, ScalarNode) and code.value in seen:
                    line = seen[code.value]
                    self.problem(
                        code, f"« {code.value} » est encore un critère de cette grille, ligne {line} : il garde ses réponses."
                    )

    @staticmethod
    def raw(node: Node, name: str) -> Node | None:
        if not isinstance(node, MappingNode):
            return None
        return next((value for key, value in node.value if key.value == name), None)

    # --- Values -------------------------------------------------------------------------------------------------

    def mapping(self, node: Node, of: str, known: Collection[str], needed: Collection[str] = ()) -> dict[str, Node]:
        if not isinstance(node, MappingNode):
            self.problem(node, f"on attend ici les clés {of}, sous la forme « clé : valeur ».")
            return {}
        found: dict[str, Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, ScalarNode) else ""
            if name not in known:
                near = get_close_matches(name, known, 1)
                hint = f" Vouliez-vous dire « {near[0]} » ?" if near else f" Clés prises : {', '.join(sorted(known))}."
                self.problem(key, f"la clé « {name} » est inconnue ici.{hint}")
            elif name in found:
                self.problem(key, f"la clé « {name} » est écrite deux fois.")
            else:
                found[name] = value
        for name in needed:
            if name not in found:
                self.problem(node, f"il manque la clé « {name} » {of}.")
        return found

    def sequence(self, node: Node | None, what: str, *, at_least: int = 0, at_most: int = 10_000) -> list[Node]:
        if node is None:
            return []
        if not isinstance(node, SequenceNode):
            self.problem(node, f"{what} : on attend une liste, chaque élément précédé d’un tiret.")
            return []
        if not at_least <= len(node.value) <= at_most:
            bound = f"au moins {at_least}" if len(node.value) < at_least else f"au plus {at_most}"
            self.problem(node, f"{what} : il en faut {bound}.")
        return list(node.value)

    def text(self, node: Node | None, name: str, limit: int) -> str:
        if node is None:
            return ""
        if not isinstance(node, ScalarNode):
            self.problem(node, f"« {name} » est un texte.")
            return ""
        value = str(node.value).strip()
        if not value:
            self.problem(node, f"« {name} » est vide.")
        if len(value) > limit:
            self.problem(node, f"« {name} » compte {len(value)} caractères ; la limite est {limit}.")
        return value

    def code(self, node: Node | None, of: str) -> str:
        value = self.text(node, "code", 60)
        if value and not _CODE.fullmatch(value):
            self.problem(
                node,
                f"le code {of} « {value} » : lettres minuscules sans accent, chiffres et « _ », en commençant par une lettre.",
            )
        return value

    def choice(self, node: Node | None, name: str, known: Collection[str]) -> str:
        value = self.text(node, name, 60)
        if value and value not in known:
            near = get_close_matches(value, known, 1)
            hint = f"Vouliez-vous dire « {near[0]} » ?" if near else f"Valeurs prises : {', '.join(sorted(known))}."
            self.problem(node, f"« {value} » n’est pas une valeur de « {name} ». {hint}")
        return value

    def integer(self, node: Node | None, name: str, least: int, most: int) -> int:
        value = self.text(node, name, 10)
        if value and not (value.isascii() and value.isdigit() and least <= int(value) <= most):
            self.problem(node, f"« {name} » est un nombre entier de {least} à {most} ; « {value} » n’en est pas un.")
            return least
        return int(value or least)

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
