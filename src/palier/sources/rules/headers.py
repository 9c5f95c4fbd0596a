"""What landlords’ own files call the indicators: the words from which a column mapping is proposed, and how they are compared.

Words are compared by what they name: without case, accents, plurals, little words (« de », « en »), the words of any measure
(« nombre », « taux », « % »), and with abbreviations spelled out. « NB_MENAGES_IMPAYES » is « ménages en impayé ».
"""

from __future__ import annotations

import re

from palier.directory.rules import plain
from palier.sources.rules.indicators import BROUGHT

_TEXTS = {
    "staff_reports": "remontees | remontees terrain | remontees gardien | remontees proximite | remontees personnel"
    " | signalements gardien | signalements proximite | signalements terrain | fiches de liaison | faits remontes",
    "staff_days_uncovered": "jours non couverts | jours de poste non couverts | jours sans gardien | jours sans personnel"
    " | jours gardien absent | jours d absence | jours d absence gardien | absences gardien | absences non remplacees"
    " | jours non remplaces | absenteisme | absenteisme gardien | vacance de poste | vacance de poste gardien",
    "cleanliness_faults": "proprete non conforme | controles non conformes | controles proprete non conformes"
    " | controles nettoyage non conformes | non conformites proprete | nc proprete | controles proprete nc | defauts de proprete"
    " | anomalies proprete | ecarts proprete | controles proprete ko",
    "consultation_points": "points ccl | points souleves ccl | questions ccl | points clcl | points concertation | sujets concertation"
    " | questions concertation | points souleves | questions amicale | points amicale | points conseil de concertation locative",
    "satisfied": "satisfaction | satisfaits | satisfaction globale | satisfaction generale | satisfaction locataires"
    " | satisfaits globalement | locataires satisfaits globalement | tres ou plutot satisfaits | satisfaction enquete",
    "satisfied_cleanliness": "satisfaction proprete | satisfaits proprete | satisfaction nettoyage | satisfaits nettoyage"
    " | satisfaction proprete parties communes | satisfaits proprete parties communes",
    "satisfied_tranquillity": "satisfaction tranquillite | satisfaits tranquillite | satisfaction securite | satisfaits securite"
    " | satisfaction tranquillite securite | sentiment de securite",
    "psp_class": "psp | classe psp | classement psp | categorie psp | segment psp | segmentation psp | cotation psp | note psp",
    "safety_reports": "fiches securite | fiches tranquillite | fiches tranquillite securite | signalements securite"
    " | signalements tranquillite | signalements insecurite | alertes securite | fiches constat | mains courantes",
    "incidents": "incidents | incidents declares | incidents signales | incidents securite | incidents tranquillite | fiches incidents"
    " | incivilites | faits d incivilite | actes d incivilite | faits declares",
    "assaults": "agressions | menaces | insultes et menaces | menaces et insultes | agressions personnel"
    " | agressions verbales et physiques | agressions physiques et verbales | agressions insultes menaces",
    "occupations": "occupations de hall | squats de hall | halls occupes | occupations parties communes | occupations abusives"
    " | regroupements | rassemblements | trafics | squats | deal | points de deal",
    "damage": "degradations | degradations volontaires | vandalisme | actes de vandalisme | depots sauvages | depots d encombrants"
    " | encombrants | tags | graffitis | tags et graffitis",
    "neighbour_disputes": "voisinage | troubles de voisinage | conflits de voisinage | litiges de voisinage | plaintes voisinage"
    " | problemes de voisinage | nuisances | nuisances sonores | troubles de jouissance | conflits entre voisins"
    " | conflits entre locataires | reclamations voisinage | tapages",
    "low_income_households": "menages sous 20 | menages sous 20 des plafonds | menages sous 20 des plafonds de ressources"
    " | menages aux ressources sous 20 des plafonds | ressources sous 20 des plafonds | moins de 20 des plafonds"
    " | moins de 20 des plafonds de ressources | revenus sous 20 des plafonds | ressources tres faibles | tres faibles ressources"
    " | menages tres modestes | tres bas revenus",
    "lone_parent_households": "monoparentales | menages monoparentaux | monoparentaux | familles mono | monoparentalite"
    " | parents isoles | parents seuls avec enfants",
    "blocked_orders": "interventions refusees | interventions empechees | interventions bloquees | interventions impossibles"
    " | interventions non realisees | refus d intervention | refus prestataires | prestataires empeches | bons refuses"
    " | bons de travaux refuses | ordres de service refuses | os refuses | droits de retrait",
    "grade": "gamme | mise en gamme | niveau de gamme | classe de gamme | note de gamme | gamme patrimoine | cotation patrimoine"
    " | classement patrimoine",
    "common_requests": "demandes parties communes | reclamations parties communes | reclamations techniques parties communes"
    " | demandes d intervention parties communes | sollicitations parties communes | reclamations | demandes | sollicitations"
    " | reclamations locataires | demandes locataires | demandes d intervention",
    "late_answers": "hors delai | reponses hors delai | demandes hors delai | reclamations hors delai | demandes traitees hors delai"
    " | reclamations traitees hors delai | reponses tardives | demandes en retard | reclamations en retard | delais non tenus"
    " | delais depasses",
    "vacancy": "vacance | vacance 3 mois | vacance commerciale | vacance locative | vacance longue duree | vacants | vacants 3 mois"
    " | logements vacants | logements vacants 3 mois | logements vacants longue duree | logements vides | logements inoccupes",
    "turnover": "rotation | rotation locative | departs | departs locataires | sorties | sorties locataires | mobilite"
    " | mobilite locative | turnover | turn over | conges | conges recus | conges locataires | demenagements | logements liberes",
    "arrears": "impayes | impayes 3 mois | impayes de loyer | menages en impaye | menages en impaye 3 mois | locataires en impaye"
    " | locataires en impaye 3 mois | locataires presents en impaye | familles en impaye | foyers en impaye"
    " | menages en situation d impaye | locataires en situation d impaye | dossiers impayes | menages debiteurs"
    " | locataires debiteurs | comptes debiteurs | menages en dette | locataires en dette | retards de paiement",
    "refused_offers": "refus | refus de proposition | refus d attribution | refus candidats | refus de logement | refus de logement caleol | refus caleol"
    " | refus cal | refus commission d attribution | offres refusees | attributions refusees | logements refuses",
    "petitions": "petitions locataires | petitions recues | courriers collectifs | lettres collectives | reclamations collectives"
    " | plaintes collectives",
}
NAMES = {key: tuple(name.strip() for name in text.split("|")) for key, text in _TEXTS.items()}

_SPELLED = {
    word: whole
    for whole, words in {
        "moins": "< sous inferieur inferieure inferieurs inferieures inf",
        "logement": "lgt lgts logt logts log",
        "locataire": "loc locs",
        "menage": "men",
        "famille": "fam",
        "mois": "m",
        "proposition": "prop props",
        "intervention": "interv",
        "reclamation": "recl reclam",
        "degradation": "degrad",
        "partie commune": "pc pcs",
        "incident": "inc",
    }.items()
    for word in words.split()
}
_SILENT = (
    "a an annee annuel annuelle au aux d dans de des du en entre et l la le les ou par plus pour residence un une"
    " > superieur superieure superieurs superieures sup"
    " compte effectif effectifs n nb nbr nbre no nombre part pct % pourcent pourcentage proportion taux tx"
)
_WORD = re.compile(r"[a-z]+|\d+|[^\sa-z\d_.,;:/()\[\]°+\"|]")
_HUMP = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")


def spoken(text: str) -> str:
    """A name of a program as one would write it: « TauxVacance », « TAUX_VACANCE » are two words."""
    return _HUMP.sub(" ", text).replace("_", " ")


def core(text: str) -> str:
    """What a text names, to be compared with what another names; empty when it only measures."""
    words = [_SPELLED.get(word, word) for word in _WORD.findall(plain(spoken(text)))]
    return " ".join(re.sub(r"(?<=\w{3})[sx]\b", "", word) for word in words if word not in _SILENT.split())


_KEYS = {core(name): key for key, found in BROUGHT.items() for name in (*NAMES[key], found.label, key)}


def indicator_named(text: str) -> str | None:
    """The indicator that a text names; None when it is none, or nobody can tell."""
    return _KEYS.get(core(text))
