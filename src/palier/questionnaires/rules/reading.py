"""Reading a questionnaire written in YAML: every error at once, each with its line, in French.

``read`` answers with the body to keep, every default written out, and with the problems found. A question whose key stands in
the bank takes its words, its kind and its choices from there: a key means the same in every wave.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from yaml.nodes import MappingNode, Node, SequenceNode

from palier.frameworks.rules.written import Problem, Written, compose
from palier.questionnaires.rules.form import YES_OR_NO, Audience, Escape, Kind, Pace
from palier.questionnaires.rules.languages import LANGUAGES

MAX_QUESTIONS = 150
_ROOT = {"code", "title", "audience", "asked_of", "serves", "minutes", "pace", "languages", "scales", "themes"}
_NEEDED = ("code", "title", "audience", "asked_of", "serves", "minutes", "languages", "themes")
_OF_A_QUESTION = {
    "key", "kind", "scale", "text", "help", "choices", "favourable", "escapes", "required", "when", "at_most", "least",
    "most", "unit",
}  # fmt: skip
# What an answer is, and therefore what a key of the bank settles once and for all.
_SETTLED = ("kind", "scale", "choices", "favourable")
_ESCAPES = (Escape.DONT_KNOW.value, Escape.NOT_CONCERNED.value)
_YES_NO = {"yes": {"fr": "Oui", "en": "Yes"}, "no": {"fr": "Non", "en": "No"}}
_KINDS = [kind.value for kind in Kind]


@dataclass(frozen=True, slots=True)
class Bank:
    """The questions known across waves, as bodies by key, and the scales by name."""

    items: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    scales: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)


def read(text: str, bank: Bank) -> tuple[dict[str, Any], list[Problem]]:
    """The body of a questionnaire and what is wrong with it; the body is whole only when the list is empty."""
    root = compose(text)
    if isinstance(root, Problem):
        return {}, [root]
    reader = _Reader(bank)
    return reader.questionnaire(root), reader.problems


def read_bank(text: str) -> tuple[Bank, list[Problem]]:
    """The bank of questions: scales, then questions, each once, in the languages it names first."""
    root = compose(text)
    if isinstance(root, Problem):
        return Bank(), [root]
    reader = _Reader(Bank())
    keys = reader.mapping(root, "de la banque", {"languages", "scales", "questions"}, needed=("languages", "questions"))
    reader.languages = reader.spoken(keys.get("languages"))
    reader.scales = reader.named_scales(keys.get("scales"))
    nodes = reader.sequence(keys.get("questions"), "« questions »", at_least=1)
    items = [reader.question(node, "") for node in nodes]
    reader.no_twins(keys.get("questions"), "de la question", name="key")
    return Bank({item["key"]: item for item in items}, reader.scales), reader.problems


class _Reader(Written):
    """The parts of a questionnaire."""

    def __init__(self, bank: Bank) -> None:
        super().__init__()
        self.bank = bank
        self.languages: list[str] = ["fr"]
        self.scales: dict[str, list[dict[str, Any]]] = {}
        self.before: dict[str, dict[str, Any]] = {}

    def questionnaire(self, root: Node) -> dict[str, Any]:
        keys = self.mapping(root, "du questionnaire", _ROOT, needed=_NEEDED)
        self.languages = self.spoken(keys.get("languages"))
        self.scales = {**self.bank.scales, **self.named_scales(keys.get("scales"))}
        pace = self.choice(keys["pace"], "pace", [p.value for p in Pace]) if "pace" in keys else Pace.THEME.value
        body: dict[str, Any] = {
            "code": self.code(keys.get("code"), "du questionnaire"),
            "title": self.text(keys.get("title"), "title", 160),
            "audience": self.choice(keys.get("audience"), "audience", [a.value for a in Audience]),
            "asked_of": self.words(keys.get("asked_of"), "asked_of", 300),
            "serves": self.words(keys.get("serves"), "serves", 600),
            "minutes": self.integer(keys.get("minutes"), "minutes", 1, 60),
            "pace": pace,
            "languages": self.languages,
            "themes": [self.theme(node, pace) for node in self.sequence(keys.get("themes"), "« themes »", at_least=1)],
        }
        themes = keys.get("themes")
        self.no_twins(themes, "du thème")
        seen: dict[str, int] = {}
        for theme in themes.value if isinstance(themes, SequenceNode) else []:
            self.no_twins(self.raw(theme, "questions"), "de la question", seen, name="key")
        questions = [q for theme in body["themes"] for q in theme["questions"]]
        if len(questions) > MAX_QUESTIONS:
            self.problem(themes, f"un questionnaire compte au plus {MAX_QUESTIONS} questions.")
        if (
            pace == Pace.TAP
            and questions
            and not (questions[0]["required"] and questions[0]["kind"] in {"scale", "yes_no", "choice"})
        ):
            self.problem(
                themes, "au premier toucher, la première question est une échelle, un oui ou non ou un choix, « required »."
            )
        if pace == Pace.TAP and any(question["required"] for question in questions[1:]):
            self.problem(
                themes, "au premier toucher, seule la première question est « required » : les autres sont des précisions."
            )
        return body

    def spoken(self, node: Node | None) -> list[str]:
        """The languages, the one of reference first."""
        found = [self.choice(item, "languages", LANGUAGES) for item in self.sequence(node, "« languages »", at_least=1)]
        if len(set(found)) < len(found):
            self.problem(node, "une langue est écrite deux fois.")
        return [language for language in found if language in LANGUAGES] or ["fr"]

    def words(self, node: Node | None, name: str, limit: int) -> dict[str, str]:
        """Words by language: a text alone is in the language of reference."""
        if not isinstance(node, MappingNode):
            return {self.languages[0]: self.text(node, name, limit)} if node is not None else {}
        keys = self.mapping(node, f"de « {name} »", self.languages, needed=self.languages[:1])
        return {language: self.text(value, name, limit) for language, value in keys.items()}

    def named_scales(self, node: Node | None) -> dict[str, list[dict[str, Any]]]:
        """The scales by name; the first choices, as many as ``favourable`` says, are the good side."""
        if node is not None and not isinstance(node, MappingNode):
            self.problem(node, "« scales » est une suite d’échelles, chacune sous son nom.")
        found: dict[str, list[dict[str, Any]]] = {}
        for key, value in node.value if isinstance(node, MappingNode) else []:
            name = self.code(key, "de l’échelle")
            if name in self.bank.scales:
                self.problem(key, f"l’échelle « {name} » est celle de la banque. Donnez un autre nom à celle-ci.")
            keys = self.mapping(value, f"de l’échelle « {name} »", {"favourable", "choices"}, needed=("favourable", "choices"))
            choices = self.listed(keys.get("choices"))
            good = self.integer(keys.get("favourable"), "favourable", 1, max(1, len(choices) - 1))
            found[name] = [choice | {"favourable": place < good} for place, choice in enumerate(choices)]
        return found

    def listed(self, node: Node | None) -> list[dict[str, Any]]:
        """Choices written « code : words »."""
        if not isinstance(node, MappingNode) or not 2 <= len(node.value) <= 30:
            self.problem(node, "« choices » est une suite de 2 à 30 choix, chacun sous son code.")
            return []
        found: list[dict[str, Any]] = [
            {"code": self.code(key, "du choix"), "label": self.words(value, "choices", 160), "favourable": None}
            for key, value in node.value
        ]
        codes = [choice["code"] for choice in found]
        if len(set(codes)) < len(codes):
            self.problem(node, "un code de choix est écrit deux fois.")
        if taken := set(codes) & {escape.value for escape in Escape}:
            self.problem(node, f"« {min(taken)} » est réservé à ce qu’on dit à la place d’une réponse (clé « escapes »).")
        return found

    def theme(self, node: Node, pace: str) -> dict[str, Any]:
        keys = self.mapping(
            node, "du thème", {"code", "title", "introduction", "questions"}, needed=("code", "title", "questions")
        )
        title = self.words(keys.get("title"), "title", 160)
        return {
            "code": self.code(keys.get("code"), "du thème"),
            "title": title,
            "introduction": self.words(keys.get("introduction"), "introduction", 600),
            "questions": [
                self.question(item, pace)
                for item in self.sequence(
                    keys.get("questions"), f"les questions du thème « {title.get(self.languages[0], '')} »", at_least=1
                )
            ],
        }

    # --- One question -------------------------------------------------------------------------------------------

    def question(self, node: Node, pace: str) -> dict[str, Any]:
        keys = self.mapping(node, "de la question", _OF_A_QUESTION, needed=("key",))
        key = self.code(keys.get("key"), "de la question")
        known = self.bank.items.get(key)
        if known is None and isinstance(node, MappingNode):
            for name in ("kind", "text"):
                if name not in keys:
                    self.problem(node, f"il manque la clé « {name} » de la question « {key} », qui n’est pas dans la banque.")
        for name in _SETTLED if known else ():
            if name in keys:
                self.problem(
                    keys[name], f"« {key} » est dans la banque, qui dit déjà « {name} ». Donnez une autre clé à la question."
                )
        found = self.of_bank(known, node) if known else self.answered(keys)
        found["key"] = key
        found["text"] = self.words(keys["text"], "text", 400) if "text" in keys else found.get("text", {})
        found["help"] = self.words(keys["help"], "help", 400) if "help" in keys else found.get("help", {})
        if "escapes" in keys:
            found["escapes"] = [
                self.choice(item, "escapes", [e.value for e in Escape])
                for item in self.sequence(keys["escapes"], "« escapes »")
            ]
        found["required"] = "required" in keys and self.choice(keys["required"], "required", ("true", "false")) == "true"
        if found["required"] and pace != Pace.TAP and Escape.REFUSED not in found["escapes"]:
            found["escapes"] = [*found["escapes"], Escape.REFUSED.value]
        found["when"] = self.conditions(keys.get("when"))
        self.before[key] = found
        return found

    def of_bank(self, known: Mapping[str, Any], node: Node) -> dict[str, Any]:
        """A question as the bank words it, in the languages of this questionnaire."""
        if self.languages[0] not in known["text"]:
            self.problem(
                node, f"la banque ne dit pas « {known['key']} » dans la langue « {self.languages[0]} » : écrivez « text »."
            )
        choices = [choice | {"label": self.spoken_only(choice["label"])} for choice in known["choices"]]
        return dict(known) | {name: self.spoken_only(known[name]) for name in ("text", "help")} | {"choices": choices}

    def spoken_only(self, words: Mapping[str, str]) -> dict[str, str]:
        """Words in the languages of this questionnaire."""
        return {language: text for language, text in words.items() if language in self.languages}

    def answered(self, keys: dict[str, Node]) -> dict[str, Any]:
        """How a question is answered: its kind, its choices, its bounds."""
        kind = self.choice(keys.get("kind"), "kind", _KINDS) or Kind.TEXT.value
        scale = kind == Kind.SCALE
        found: dict[str, Any] = {
            "kind": kind,
            "choices": self.choices(kind, keys),
            "escapes": list(_ESCAPES) if scale else [],
            "at_most": None,
            "least": None,
            "most": None,
            "unit": self.text(keys.get("unit"), "unit", 40),
        }
        for name, kinds, least, most in (
            ("at_most", {Kind.CHOICES}, 1, 30),
            ("least", {Kind.NUMBER}, 0, 1_000_000_000),
            ("most", {Kind.NUMBER}, 0, 1_000_000_000),
        ):
            if name in keys:
                found[name] = self.integer(keys[name], name, least, most)
                if kind not in kinds:
                    self.problem(keys[name], f"« {name} » ne va pas avec « {kind} ».")
        return found

    def choices(self, kind: str, keys: dict[str, Node]) -> list[dict[str, Any]]:
        if "scale" in keys and kind != Kind.SCALE:
            self.problem(keys["scale"], f"« scale » ne va pas avec « {kind} ».")
        if "favourable" in keys and kind != Kind.YES_NO:
            self.problem(keys["favourable"], f"« favourable » ne va pas avec « {kind} » ; une échelle le dit elle-même.")
        if "choices" in keys and kind not in {Kind.CHOICE, Kind.CHOICES}:
            self.problem(keys["choices"], f"« choices » ne va pas avec « {kind} ».")
        if kind == Kind.SCALE:
            name = self.choice(keys.get("scale"), "scale", self.scales)
            if "scale" not in keys:
                self.problem(keys.get("kind"), "il manque la clé « scale » : quelle échelle ?")
            return [choice | {"label": self.spoken_only(choice["label"])} for choice in self.scales.get(name, [])]
        if kind == Kind.YES_NO:
            good = self.choice(keys.get("favourable"), "favourable", YES_OR_NO) if "favourable" in keys else ""
            return [
                {
                    "code": code,
                    "label": {lang: words for lang, words in _YES_NO[code].items() if lang in self.languages},
                    "favourable": (code == good) if good else None,
                }
                for code in YES_OR_NO
            ]
        return self.listed(keys.get("choices")) if kind in {Kind.CHOICE, Kind.CHOICES} else []

    def conditions(self, node: Node | None) -> list[dict[str, Any]]:
        """« when »: for each earlier question, the codes that call for this one, or bounds of a number."""
        if node is None:
            return []
        if not isinstance(node, MappingNode):
            self.problem(node, "« when » nomme une question posée avant, puis les réponses attendues.")
            return []
        return [self.condition(key, value) for key, value in node.value]

    def condition(self, key: Node, value: Node) -> dict[str, Any]:
        name = self.code(key, "de la question attendue")
        earlier = self.before.get(name)
        if earlier is None:
            self.problem(key, f"« {name} » n’est pas une question posée avant celle-ci.")
        found: dict[str, Any] = {"question": name, "is": [], "at_least": None, "at_most": None}
        if isinstance(value, MappingNode):
            bounds = self.mapping(value, "de la condition", {"at_least", "at_most"})
            found |= {bound: self.integer(item, bound, 0, 1_000_000_000) for bound, item in bounds.items()}
            if earlier and earlier["kind"] not in {Kind.SCORE, Kind.NUMBER}:
                self.problem(value, f"« {name} » ne se répond pas par un nombre : donnez la liste des réponses attendues.")
        else:
            found["is"] = [
                self.expected(item, earlier)
                for item in self.sequence(value, f"les réponses attendues de « {name} »", at_least=1)
            ]
        return found

    def expected(self, node: Node, earlier: Mapping[str, Any] | None) -> str:
        codes: Collection[str] = [*(choice["code"] for choice in earlier["choices"]), *earlier["escapes"]] if earlier else []
        return self.choice(node, "when", codes) if earlier else self.text(node, "when", 60)
