"""The words of landlords for the indicators: what their headers are taken for, and what is left to people."""

from __future__ import annotations

import pytest

from palier.directory.rules import plain
from palier.sources.reading.targets import propose
from palier.sources.reading.words import meaning
from palier.sources.rules.headers import NAMES, core, indicator_named
from palier.sources.rules.indicators import BROUGHT
from palier.sources.rules.intake import Layout
from palier.stock.reading.mapping import Column

WHOLE, TENTHS, PARTS = ["3", "12", "0"], ["7,5", "12", "3,25"], ["0,075", "0,12"]


def proposed(header: str, samples: list[str], *others: str) -> str:
    columns = [Column(header, samples), *(Column(other) for other in others)]
    return propose(columns, Layout.WIDE).get(0, "")


@pytest.mark.parametrize(
    ("header", "samples", "said"),
    [
        ("Ménages en impayé", WHOLE, "arrears.count"),
        ("Ménages en impayé", TENTHS, "arrears.value"),
        ("Ménages en impayé", PARTS, "arrears.part"),
        ("MENAGES_IMPAYES", WHOLE, "arrears.count"),
        ("Nb de locataires en impayé > 3 mois", WHOLE, "arrears.count"),
        ("Taux d’impayés", WHOLE, "arrears.value"),
        ("Tx impayés (%)", TENTHS, "arrears.value"),
        ("Locataires débiteurs", WHOLE, "arrears.count"),
        ("Nbre ménages en situation d'impayé", WHOLE, "arrears.count"),
        ("Logts vacants +3 mois", WHOLE, "vacancy.count"),
        ("NbLogementsVacants", WHOLE, "vacancy.count"),
        ("TauxVacance", WHOLE, "vacancy.value"),
        ("TAUX_VACANCE_2025", WHOLE, "vacancy.value"),
        ("Logements vacants au 31/12/2025", WHOLE, "vacancy.count"),
        ("Vacance commerciale (%)", TENTHS, "vacancy.value"),
        ("Vacants T4 2025", WHOLE, "vacancy.count"),
        ("% vacance", WHOLE, "vacancy.value"),
        ("Départs de locataires", WHOLE, "turnover.count"),
        ("Taux de rotation annuel", TENTHS, "turnover.value"),
        ("Nb congés reçus", WHOLE, "turnover.count"),
        ("Propositions refusées", WHOLE, "refused_offers.count"),
        ("Nb refus candidats", WHOLE, "refused_offers.count"),
        ("Refus de logement en CALEOL", WHOLE, "refused_offers.count"),
        ("Nombre de pétitions reçues", WHOLE, "petitions.count"),
        ("Courriers collectifs", WHOLE, "petitions.count"),
        ("Réclamations parties communes", WHOLE, "common_requests.count"),
        ("Nb réclam. PC", WHOLE, "common_requests.count"),
        ("Demandes d’intervention (parties communes)", WHOLE, "common_requests.count"),
        ("Réclamations hors délai", WHOLE, "late_answers.count"),
        ("% demandes traitées hors délais", TENTHS, "late_answers.value"),
        ("Interventions non réalisées", WHOLE, "blocked_orders.count"),
        ("Bons de travaux refusés", WHOLE, "blocked_orders.count"),
        ("Gamme", ["1", "3"], "grade.value"),
        ("Cotation du patrimoine", ["1", "3"], "grade.value"),
        ("Segmentation PSP", ["1", "3"], "psp_class.value"),
        ("Classe_PSP", ["1", "3"], "psp_class.value"),
        ("Ménages < 20 % des plafonds", WHOLE, "low_income_households.count"),
        ("Part des ménages sous 20% des plafonds de ressources", TENTHS, "low_income_households.value"),
        ("Ressources inférieures à 20 % des plafonds PLUS", TENTHS, "low_income_households.value"),
        ("Familles monoparentales", WHOLE, "lone_parent_households.count"),
        ("% fam. mono", WHOLE, "lone_parent_households.value"),
        ("Taux de ménages monoparentaux", TENTHS, "lone_parent_households.value"),
        ("Nb incidents", WHOLE, "incidents.count"),
        ("Incivilités pour 100 logements", TENTHS, "incidents.value"),
        ("Faits d'incivilité", WHOLE, "incidents.count"),
        ("Agressions et menaces", WHOLE, "assaults.count"),
        ("Agressions verbales et physiques", WHOLE, "assaults.count"),
        ("Occupations de hall", WHOLE, "occupations.count"),
        ("Squats de halls", WHOLE, "occupations.count"),
        ("Actes de vandalisme", WHOLE, "damage.count"),
        ("Dépôts d’encombrants", WHOLE, "damage.count"),
        ("Troubles du voisinage", WHOLE, "neighbour_disputes.count"),
        ("Nuisances sonores", WHOLE, "neighbour_disputes.count"),
        ("Mains courantes", WHOLE, "safety_reports.count"),
        ("Fiches sécurité / tranquillité", WHOLE, "safety_reports.count"),
        ("Fiches tranquillité-sécurité", WHOLE, "safety_reports.count"),
        ("Remontées gardiens", WHOLE, "staff_reports.count"),
        ("Signalements du gardien", WHOLE, "staff_reports.count"),
        ("Jours d'absence gardien", WHOLE, "staff_days_uncovered.count"),
        ("Taux d’absentéisme", TENTHS, "staff_days_uncovered.value"),
        ("Contrôles propreté non conformes", WHOLE, "cleanliness_faults.count"),
        ("NC propreté", WHOLE, "cleanliness_faults.count"),
        ("Points soulevés en CCL", WHOLE, "consultation_points.count"),
        ("Questions amicales", WHOLE, "consultation_points.count"),
        ("Satisfaction globale (%)", WHOLE, "satisfied.value"),
        ("% de locataires satisfaits", TENTHS, "satisfied.value"),
        ("Satisfaction propreté", ["67,5", "82", "71,3"], "satisfied_cleanliness.value"),
        ("Tx satisfaction sécurité", WHOLE, "satisfied_tranquillity.value"),
    ],
)
def test_a_header_of_real_life_is_taken_for_its_indicator(header: str, samples: list[str], said: str) -> None:
    assert proposed(header, samples) == said


@pytest.mark.parametrize(
    "header",
    [
        *("Impayés (€)", "Montant des impayés", "Dette locative", "Vacance financière", "Coût vacance", "Vacance technique"),
        *(
            "Note de satisfaction /10",
            "Logements",
            "Ménages",
            "Nb",
            "%",
            "Taux",
            "Total",
            "Observations",
            "Loyer",
            "Vacance N-1",
        ),
        *("Incidents pour 1000 logements", "Interventions", "Ménages > 60 % des plafonds", "Gardien", "2025", ""),
    ],
)
def test_what_is_something_else_or_doubtful_is_left_to_people(header: str) -> None:
    assert not proposed(header, TENTHS)


def test_figures_of_several_years_are_left_to_people() -> None:
    assert not proposed("Vacants 2024", WHOLE, "Vacants 2025")


def test_a_count_that_is_wrong_in_one_cell_is_not_taken_for_percentages() -> None:
    assert not proposed("Logements vacants", ["3,5"])
    assert not proposed("Logements vacants", ["3,5", "2", "0", "4"])


def test_a_rate_that_may_be_of_anything_is_left_to_people() -> None:
    assert not proposed("Incidents", TENTHS)


def test_every_indicator_that_landlords_bring_has_its_words_and_they_name_it_alone() -> None:
    assert set(NAMES) == set(BROUGHT)
    named = {core(name): key for key, names in NAMES.items() for name in (*names, BROUGHT[key].label, key)}
    assert "" not in named
    for key, names in NAMES.items():
        cores = [core(name) for name in names]
        assert len(cores) == len(set(cores)), f"{key} says one word twice"
        for name in (*names, BROUGHT[key].label, key):
            assert name in {plain(name), BROUGHT[key].label, key}
            assert indicator_named(name) == key


def test_satisfaction_that_may_be_a_mark_out_of_ten_is_left_to_people() -> None:
    assert not proposed("Satisfaction propreté", ["7,5", "8", "6,5"])
    assert not proposed("Satisfaction", ["7", "8", "6"])
    assert proposed("Satisfaits", ["7", "38", "12"]) == "satisfied.count"
    assert proposed("Satisfaction propreté", ["67,5", "80", "71,3"]) == "satisfied_cleanliness.value"


def test_households_too_many_for_a_residence_are_an_amount_and_left_to_people() -> None:
    assert not proposed("Impayés", ["1200", "850", "300"])
    assert proposed("Impayés", ["12", "85", "30"]) == "arrears.count"
    assert proposed("Réclamations", ["1200", "850", "300"]) == "common_requests.count"


def test_an_indicator_named_in_a_cell_is_known_by_the_same_words() -> None:
    assert meaning("indicator", "Taux de ménages en impayé", {}) == "arrears"
    assert meaning("indicator", "Autre chose", {"autre chose": "vacancy"}) == "vacancy"
    assert meaning("indicator", "Autre chose", {}) is None
