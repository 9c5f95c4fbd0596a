"""The code lists of the stock register (RPLS), as the order taken for article R411-3 of the CCH gives them.

Each table goes from the code to the words shown. Editions of the register add codes: ``E`` (student housing) appears in
the published files and not in the order.
"""

from __future__ import annotations

from collections.abc import Mapping

RIGHT: Mapping[str, str] = {
    "1": "pleine propriété",
    "2": "bail à réhabilitation",
    "3": "bail emphytéotique",
    "4": "usufruit",
    "5": "bail à construction",
}
CONSTRUCTION: Mapping[str, str] = {"C": "collectif", "I": "individuel", "E": "étudiant"}
ENTRY_MODE: Mapping[str, str] = {
    "1": "construction par l’organisme",
    "2": "acquisition avec travaux",
    "3": "acquisition sans travaux",
    "4": "acquisition en VEFA",
}
FINANCING: Mapping[str, str] = {
    "10": "PLAI",
    "11": "PLA loyer minoré, très social ou insertion",
    "12": "PLA",
    "13": "PLUS",
    "14": "PLS",
    "15": "PAP locatif",
    "16": "PLI",
    "17": "PCL",
    "49": "autre financement, depuis 1977",
    "50": "HBM",
    "51": "PLR, PSR",
    "52": "HLM/O",
    "53": "ILM",
    "54": "ILN",
    "55": "prêts du CFF",
    "99": "autre financement, avant 1977",
}
EXIT: Mapping[str, str] = {
    "1": "vente à l’occupant",
    "2": "vente à un autre bailleur social",
    "3": "autre vente",
    "4": "démolition",
    "5": "autre motif",
    "9": "sans objet",
}
VANISHED: Mapping[str, str] = {"1": "changement d’usage", "2": "fusion ou division"}
APPEARED: Mapping[str, str] = {"1": "créé dans des locaux d’un autre usage", "2": "créé par fusion ou division"}
OCCUPANCY: Mapping[str, str] = {
    "1": "loué",
    "2": "proposé à la location, vacant",
    "3": "vide : travaux, vente ou démolition",
    "4": "géré par une association",
    "5": "occupé avec ou sans contrepartie",
    "9": "sans objet",
}
SURFACE_MODE: Mapping[str, str] = {"1": "utile", "2": "corrigée", "3": "habitable", "9": "sans objet"}
CUS_CEILING: Mapping[str, str] = {"11": "PLAI", "13": "PLUS", "14": "PLS", "16": "PLI"}
CLASSES: Mapping[str, str] = {letter: f"classe {letter}" for letter in "ABCDEFG"}
SALE: Mapping[str, str] = {
    "01": "locataire occupant",
    "02": "conjoint, ascendant ou descendant",
    "03": "locataire de l’organisme",
    "04": "gardien d’immeuble",
    "05": "autre personne physique",
    "06": "organisme Hlm",
    "07": "SEM",
    "08": "collectivité territoriale",
    "09": "organisme agréé",
    "10": "autre personne morale",
}
CONTINGENT: Mapping[str, str] = {
    "1": "État, fonctionnaires et agents publics",
    "2": "État, ménages prioritaires",
    "3": "Action Logement et employeurs",
    "4": "collectivités territoriales",
    "5": "État, conventions de réservation",
    "6": "autres réservataires",
    "7": "non réservé",
}
YES_NO: Mapping[str, str] = {"1": "oui", "2": "non"}
# Words met in landlords' own files, beside the codes of the register.
OCCUPANCY_WORDS: Mapping[str, str] = {
    "occupe": "1",
    "locataire": "1",
    "vacant": "2",
    "libre": "2",
    "vide": "3",
    "travaux": "3",
    "gardien": "5",
}
CONSTRUCTION_WORDS: Mapping[str, str] = {
    "appartement": "C",
    "immeuble": "C",
    "maison": "I",
    "pavillon": "I",
    "residence etudiante": "E",
}
FLAG_WORDS: Mapping[str, bool] = {
    "1": True,
    "o": True,
    "oui": True,
    "vrai": True,
    "true": True,
    "x": True,
    "2": False,
    "0": False,
    "n": False,
    "non": False,
    "faux": False,
    "false": False,
}
# How a geocoded point was found. From 33 on it was drawn at random in the commune: it says nothing of a district.
RANDOM_POINT = "33"
# A zoning column holds the code of the zone, or one of these where there is none.
NO_ZONE = frozenset({"HZ", "CSZ"})
