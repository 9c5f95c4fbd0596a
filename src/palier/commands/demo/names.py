"""Names that belong to nobody: invented places and bodies, people by an initial, well-formed SIREN."""

from __future__ import annotations

from random import Random

from palier.commands.demo.timeline import chance
from palier.directory.rules import LandlordType, plain

# Fable, montage, sketch: no place in France has these names.
PLACES = (
    "Montfictif", "Valexemple", "Rivimage", "Beaumirage", "Clairsonge", "Fontconte", "Hauterêve", "Pontchimère",
    "Villefable", "Bourg-l’Esquisse", "Mirebrume", "Champ-d’Essai", "Roche-Songeuse", "Port-Légende", "Belle-Ébauche",
    "Bois-Croquis", "Lac-Maquette", "Grand-Conte", "Val-Parenthèse", "Haute-Virgule", "Petite-Fable", "Longue-Histoire",
    "Rive-Contée", "Fort-Chimère", "Sept-Songes",
)  # fmt: skip
_PATTERNS = (
    (LandlordType.OPH, "{} Habitat"),
    (LandlordType.ESH, "Les Logis de {}"),
    (LandlordType.COOP, "Coopérative des Toits de {}"),
    (LandlordType.SEM, "Société du logement de {}"),
)
# The two that the guides show: one that went through everything, one that is at its plan today.
FIRST = (LandlordType.ESH, "Les Toits d’Exemple")
SECOND = (LandlordType.OPH, "Montfictif Habitat")
FIRMS = ("Cabinet Aplomb", "Niveau Conseil", "Équerre Audit", "Atelier Mesure", "Regard Tiers", "Pas à Pas Audit")
UNIONS = (
    "Union des locataires d’Exemple", "Habitants réunis", "Confédération du logement conté", "Entraide des paliers",
    "Voix des halls", "Fédération des cages d’escalier",
)  # fmt: skip
GROUPS = ("Groupe des Rives d’Exemple", "Groupe Songe et Logis")
STREETS = (
    "des Glycines", "du Lavoir", "des Peupliers", "de la Fontaine", "des Cerisiers", "du Moulin", "des Alouettes",
    "du Clos", "des Lilas", "de la Prairie", "des Mésanges", "du Belvédère", "des Érables", "du Canal", "des Vergers",
    "de la Source", "des Tilleuls", "du Verger-Neuf", "des Hirondelles", "du Coteau",
)  # fmt: skip


def landlords(number: int) -> list[tuple[LandlordType, str]]:
    """So many landlords' families and names, all different."""
    others = [(kind, pattern.format(place)) for kind, pattern in _PATTERNS for place in PLACES]
    others.remove(SECOND)
    if number > len(others) + 2:
        raise ValueError(f"the demonstration knows {len(others) + 2} landlords")
    chance("landlords").shuffle(others)
    return [FIRST, SECOND, *others][:number]


def slug(name: str) -> str:
    """A name as it stands in an address."""
    return "-".join("".join(c if c.isalnum() else " " for c in plain(name)).split())


def person(rng: Random) -> str:
    """« Mme B. »: nobody."""
    return f"{rng.choice(('Mme', 'M.'))} {rng.choice('ABCDEFGHJLMNOPRSTV')}."


def siren(number: int) -> str:
    """The well-formed SIREN of a number; none that begins with 000 is in use."""
    body = f"{10_000 + number:08d}"
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(reversed(body)))
    return body + str(-total % 10)
