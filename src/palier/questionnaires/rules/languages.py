"""The languages a questionnaire may be written in: their own name, their name in French, the side they are read from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """One language. ``name`` is the one its speakers look for."""

    code: str
    name: str
    in_french: str
    right_to_left: bool = False


LANGUAGES = {
    language.code: language
    for language in (
        Language("fr", "Français", "français"),
        Language("en", "English", "anglais"),
        Language("ar", "العربية", "arabe", right_to_left=True),
        Language("es", "Español", "espagnol"),
        Language("it", "Italiano", "italien"),
        Language("pl", "Polski", "polonais"),
        Language("pt", "Português", "portugais"),
        Language("ru", "Русский", "russe"),
        Language("tr", "Türkçe", "turc"),
        Language("zh", "中文", "chinois"),
        Language("ta", "தமிழ்", "tamoul"),
        Language("uk", "Українська", "ukrainien"),
        Language("ro", "Română", "roumain"),
    )
}
