"""The words of landlords for what Palier names otherwise: kinds of incidents, places, yes and no, indicators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from palier.directory.rules import plain
from palier.sources.rules.headers import indicator_named
from palier.sources.rules.incidents import Complaint, IncidentKind, Place, Recurrence, Victim
from palier.sources.rules.indicators import BROUGHT


class _Labelled(Protocol):
    @property
    def value(self) -> str: ...
    @property
    def label(self) -> str: ...


_KINDS = {
    IncidentKind.ASSAULT_VERBAL: "insulte | insultes | injure | injures | agression verbale | incivilite verbale",
    IncidentKind.ASSAULT_PHYSICAL: "agression | agression physique | coups | violence physique | violences",
    IncidentKind.THREAT: "menace | menaces | intimidation",
    IncidentKind.PROPERTY_DAMAGE: "degradation | degradations | vandalisme | bris | casse | dommage",
    IncidentKind.DUMPING_BULKY: "encombrants | depot sauvage | depots sauvages | depot | dechets",
    IncidentKind.GRAFFITI: "tag | tags | graffiti | graffitis",
    IncidentKind.GATHERING: "occupation de hall | occupation hall | regroupement | regroupements | rassemblement | squat de hall",
    IncidentKind.TRAFFICKING: "trafic | deal | trafic de stupefiants | stupefiants",
    IncidentKind.NOISE_NEIGHBOUR: "bruit | nuisances sonores | voisinage | trouble de voisinage | tapage | conflit de voisinage",
    IncidentKind.ANIMAL: "animal | animaux | chien | chiens",
    IncidentKind.PARKING_WRECK: "epave | epaves | stationnement | stationnement genant | voiture ventouse",
    IncidentKind.THEFT_BURGLARY: "vol | vols | cambriolage | effraction",
    IncidentKind.FIRE: "incendie | feu | incendie volontaire | feu de poubelle",
    IncidentKind.SQUAT: "squat | squat de logement | occupation illicite",
    IncidentKind.CONTRACTOR_BLOCKED: "prestataire empeche | intervention empechee",
    IncidentKind.OTHER: "autre | autres | divers",
}
_PLACES = {
    Place.HALL: "hall | entree | sas",
    Place.STAIRS: "escalier | escaliers | palier | cage d escalier | coursive",
    Place.LIFT: "ascenseur",
    Place.CELLAR: "cave | caves | sous sol",
    Place.PARKING: "parking | garage | box | parkings",
    Place.OUTSIDE: "exterieur | abords | espaces exterieurs | rue | espaces verts | dehors",
    Place.HOME: "logement | appartement | domicile",
    Place.AGENCY: "agence | loge | accueil | bureau",
}
_VICTIMS = {
    Victim.NOBODY: "aucune | aucun | personne | bati | neant",
    Victim.STAFF: "personnel | agent | gardien | salarie | collaborateur",
    Victim.CONTRACTOR: "prestataire | entreprise | fournisseur",
    Victim.TENANT: "locataire | locataires | habitant | habitants",
    Victim.VISITOR: "visiteur | tiers | autre",
}
_RECURRENCES = {
    Recurrence.ISOLATED: "isole | ponctuel | premiere fois | non | 1",
    Recurrence.REPEATED: "repete | recurrent | plusieurs fois | oui | regulier",
    Recurrence.CONSTANT: "permanent | quotidien | constant | continu",
}
_COMPLAINTS = {Complaint.YES: "oui | o | 1 | vrai | deposee", Complaint.NO: "non | n | 0 | 2 | faux", Complaint.UNKNOWN: "nsp"}


def _known(table: Mapping[Any, str], members: Iterable[_Labelled]) -> dict[str, str]:
    words = {word.strip(): member.value for member, text in table.items() for word in text.split("|")}
    return words | {plain(member.label): member.value for member in members} | {str(m.value): m.value for m in members}


WORDS: Mapping[str, Mapping[str, str]] = {
    "kind": _known(_KINDS, list(IncidentKind)),
    "place": _known(_PLACES, list(Place)),
    "victim": _known(_VICTIMS, list(Victim)),
    "recurrence": _known(_RECURRENCES, list(Recurrence)),
    "complaint": _known(_COMPLAINTS, list(Complaint)),
}
# What each word may be taken for, by a person.
MEANINGS: Mapping[str, list[tuple[str, str]]] = {
    "kind": [(k.value, k.label) for k in IncidentKind],
    "place": [(p.value, p.label) for p in Place],
    "victim": [(v.value, v.label) for v in Victim],
    "recurrence": [(r.value, r.label) for r in Recurrence],
    "complaint": [(c.value, c.label) for c in Complaint],
    "indicator": [(key, found.label) for key, found in BROUGHT.items()],
}
# What an empty cell, or no column, means; the others must be filled.
DEFAULTS = dict.fromkeys(("place", "victim", "recurrence", "complaint"), "unknown")


def meaning(target: str, text: str, said: Mapping[str, str]) -> str | None:
    """What a word means: what the person said of it, else what is known; None when nobody knows."""
    word = plain(text)
    return said.get(word) or (indicator_named(text) if target == "indicator" else WORDS[target].get(word))
