"""Column names met in landlords’ own files, in plain letters, from which a column mapping is proposed."""

from __future__ import annotations

_TEXTS = {
    "staff_reports": "remontees | remontees terrain | signalements gardien | remontees gardien | remontees proximite",
    "staff_days_uncovered": "jours non couverts | absences gardien | jours sans gardien | absenteisme",
    "cleanliness_faults": "proprete non conforme | controles non conformes | defauts de proprete | nc proprete",
    "consultation_points": "points ccl | points concertation | points souleves",
    "satisfied": "satisfaction | satisfaits | taux de satisfaction | satisfaction globale | part de satisfaits",
    "satisfied_cleanliness": "satisfaction proprete | satisfaits proprete",
    "satisfied_tranquillity": "satisfaction tranquillite | satisfaits tranquillite | satisfaction securite",
    "psp_class": "classe psp | psp | classement psp | classe du psp",
    "safety_reports": "fiches securite | fiches tranquillite | signalements securite | fiches constat | fiches de securite",
    "incidents": "incidents | nombre d incidents | nb incidents | faits d incivilite | incivilites",
    "assaults": "agressions | agressions et menaces | menaces",
    "occupations": "occupations de hall | occupation hall | regroupements | trafics | squats",
    "damage": "degradations | vandalisme | depots sauvages | tags | encombrants",
    "neighbour_disputes": "troubles de voisinage | conflits de voisinage | voisinage | troubles de jouissance",
    "low_income_households": "menages sous 20 | ressources sous 20 des plafonds | moins de 20 des plafonds | ressources tres faibles",
    "lone_parent_households": "familles monoparentales | monoparentales | menages monoparentaux",
    "blocked_orders": "interventions refusees | interventions empechees | refus prestataires | interventions impossibles",
    "grade": "gamme | mise en gamme | cotation patrimoine | niveau de gamme",
    "common_requests": "demandes parties communes | reclamations parties communes | reclamations | demandes | sollicitations",
    "late_answers": "reponses hors delai | hors delai | demandes hors delai",
    "vacancy": "vacance | logements vacants | vacants | taux de vacance | vacance 3 mois",
    "turnover": "rotation | departs | sorties | nombre de departs | mobilite",
    "arrears": "impayes | menages en impaye | taux d impayes | impayes 3 mois",
    "refused_offers": "refus | refus de proposition | propositions refusees | taux de refus | refus d attribution",
    "petitions": "petitions | courriers collectifs | nombre de petitions",
}
NAMES = {key: tuple(name.strip() for name in text.split("|")) for key, text in _TEXTS.items()}
