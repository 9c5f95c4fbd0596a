"""What people write in YAML, brought by a file or typed, and its errors by line."""

from __future__ import annotations

from typing import Any

from django import forms

from palier.frameworks.rules.written import MAX_TEXT, Problem


class WrittenForm(forms.Form):
    """A text in YAML, from a file or typed. ``noun`` is what it is, after « Texte »."""

    noun = ""
    file = forms.FileField(required=False, widget=forms.ClearableFileInput(attrs={"accept": ".yaml,.yml,.txt"}))
    text = forms.CharField(
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false", "class": "mono"}),
        help_text="Le fichier, s’il est donné, remplace ce texte.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, other in (("file", "Fichier", "ou le texte"), ("text", "Texte", "ou le fichier")):
            self.fields[name].label = f"{label} {self.noun}"
            self.fields[name].optional = other  # type: ignore[attr-defined]  # read by ui/fields/field.html

    def clean(self) -> dict[str, Any]:
        """Take the file's text when there is one."""
        given = super().clean() or {}
        file = given.get("file")
        if file is not None:
            if file.size > MAX_TEXT:
                raise forms.ValidationError(
                    {"file": "Ce fichier dépasse 1 Mo. Un tel texte tient en quelques dizaines de kilo-octets."}
                )
            try:
                given["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError as error:
                raise forms.ValidationError(
                    {"file": "Ce fichier n’est pas un texte en UTF-8 : donnez le YAML, pas un PDF ni un classeur."}
                ) from error
        if not given.get("text", "").strip() and "file" not in self.errors:
            raise forms.ValidationError({"text": "Donnez un fichier ou écrivez le texte."})
        return given


def with_lines(text: str, problems: list[Problem]) -> list[dict[str, Any]]:
    """Each problem with the line it bears on."""
    lines = text.splitlines()
    return [
        {"line": p.line, "sentence": p.sentence, "source": lines[p.line - 1].strip() if p.line <= len(lines) else ""}
        for p in sorted(problems, key=lambda p: p.line)
    ]
