"""Reading what people write in YAML: every error at once, each with its line, in French.

Scalars are taken as they are written: « Non » stays a word, never a boolean. ``Written`` is what the reader of each kind of
text starts from.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from palier.verdict import Reason, Verdict

MAX_TEXT = 1_000_000
MAX_DEPTH = 10
_CODE = re.compile(r"[a-z][a-z0-9_]{1,59}")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and on which line (1 is the first)."""

    line: int
    sentence: str


def as_verdict(problems: Collection[Problem], code: str) -> Verdict:
    """The problems as reasons of this code, in the order of the lines."""
    return Verdict(
        tuple(
            Reason(code, f"Ligne {p.line} : {p.sentence}", detail=str(p.line)) for p in sorted(problems, key=lambda p: p.line)
        )
    )


def compose(text: str) -> Node | Problem:
    """The nodes of a text, or what stops it from being read at all."""
    if len(text) > MAX_TEXT:
        return Problem(1, "le fichier dépasse 1 Mo. Un tel texte tient en quelques dizaines de kilo-octets.")
    try:
        if refused := _too_clever(text):
            return refused
        root = yaml.compose(text, yaml.CSafeLoader)
    except yaml.YAMLError as error:
        return _unreadable(text, error)
    return root or Problem(1, "le fichier est vide.")


def _too_clever(text: str) -> Problem | None:
    """The first thing that such a text never needs and that could cost us dear: a reference, or lists in lists without end."""
    depth = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
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
        line = text.encode()[: error.position].count(b"\n") + 1
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


class Written:
    """Walks the nodes of one text and remembers what is wrong."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def problem(self, node: Node | None, sentence: str) -> None:
        """Remember what is wrong on this node's line."""
        self.problems.append(Problem(node.start_mark.line + 1 if node else 1, sentence))

    def no_twins(self, node: Node | None, what: str, seen: dict[str, int] | None = None, *, name: str = "code") -> None:
        """Say where a code, written under ``name``, comes back; ``seen`` goes on from one list to the next."""
        seen = {} if seen is None else seen
        for item in node.value if isinstance(node, SequenceNode) else []:
            code = self.raw(item, name)
            if not isinstance(code, ScalarNode):
                continue
            if first := seen.get(code.value):
                self.problem(code, f"le code « {code.value} » est déjà celui {what} de la ligne {first}.")
            else:
                seen[code.value] = code.start_mark.line + 1

    @staticmethod
    def raw(node: Node, name: str) -> Node | None:
        """What stands under a key, unread."""
        if not isinstance(node, MappingNode):
            return None
        return next((value for key, value in node.value if key.value == name), None)

    def mapping(self, node: Node, of: str, known: Collection[str], needed: Collection[str] = ()) -> dict[str, Node]:
        """The keys of a node, those unknown, doubled or missing being said."""
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
        """The items of a list."""
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
        """A text, trimmed; empty when there is none."""
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
        """A stable code."""
        value = self.text(node, "code", 60)
        if value and not _CODE.fullmatch(value):
            self.problem(
                node,
                f"le code {of} « {value} » : lettres minuscules sans accent, chiffres et « _ », en commençant par une lettre.",
            )
        return value

    def choice(self, node: Node | None, name: str, known: Collection[str]) -> str:
        """One of the known words."""
        value = self.text(node, name, 60)
        if value and value not in known:
            near = get_close_matches(value, known, 1)
            taken = (
                f"Valeurs prises : {', '.join(sorted(known))}."
                if known
                else "Aucune valeur valable n’est définie dans le fichier."
            )
            hint = f"Vouliez-vous dire « {near[0]} » ?" if near else taken
            self.problem(node, f"« {value} » n’est pas une valeur de « {name} ». {hint}")
        return value

    def integer(self, node: Node | None, name: str, least: int, most: int) -> int:
        """A whole number between two bounds."""
        value = self.text(node, name, 10)
        if value and not (value.isascii() and value.isdigit() and least <= int(value) <= most):
            self.problem(node, f"« {name} » est un nombre entier de {least} à {most} ; « {value} » n’en est pas un.")
            return least
        return int(value or least)
