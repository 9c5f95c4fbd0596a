"""Tenants of the first landlord who ask to be called back, over the last three months: settled, not settled, silent, late."""

from __future__ import annotations

from datetime import timedelta

from palier.calendar import paris_day
from palier.cases import operations
from palier.cases.operations import Contact, Place
from palier.cases.rules import Said
from palier.commands.demo.timeline import Life, chance, later, office_hours
from palier.commands.demo.world import DOMAIN, World
from palier.stock.queries import residences

# What each tenant says: mark, supplier, words to whoever calls, what comes of it.
_ASKED = (
    (3, "Ascenseurs d’Exemple", "L’ascenseur du B est encore à l’arrêt.", "settled"),
    (2, "Ascenseurs d’Exemple", "Troisième panne ce mois-ci.", "unsettled"),
    (4, "Ascenseurs d’Exemple", "Personne n’est venu au rendez-vous.", "settled"),
    (1, "Chauffage d’Exemple", "Pas d’eau chaude depuis dimanche.", "settled"),
    (3, "Ascenseurs d’Exemple", "Le bouton du 4e ne répond plus.", "silent"),
    (2, "Chauffage d’Exemple", "Radiateur froid dans la chambre.", "settled"),
    (4, "Net d’Exemple", "L’escalier n’est plus lavé.", "silent"),
    (3, "Ascenseurs d’Exemple", "Réparé, puis en panne le lendemain.", "settled"),
    (3, "Ascenseurs d’Exemple", "On ne m’a pas prévenue du passage.", "settled"),
    (2, "Net d’Exemple", "Les encombrants sont toujours là.", "called"),
    (1, "Chauffage d’Exemple", "Odeur de gaz près de la chaudière.", "called"),
    (4, "Net d’Exemple", "Le local à vélos reste sale.", "opened"),
    (2, "Chauffage d’Exemple", "La fuite a repris sous l’évier.", "opened"),
)
CASES = len(_ASKED)


def go(world: World, name: str, number: int) -> Life:
    """One tenant's demand, as far as it goes."""
    score, supplier, words, ends = _ASKED[number]
    rng = chance("callbacks", name, number)
    at = yield office_hours(paris_day(world.today) - timedelta(days=6 * (CASES - number) + 1), rng)
    home = next((one for one in world.households if one.landlord.name == name), None)
    places = list(residences(landlord=home.landlord, on=paris_day(at))[:6]) if home else []
    if home is None or not places:
        return
    contact = Contact("", "+33100000000", f"locataire-{number + 1}@{DOMAIN}")
    place = Place(rng.choice(places), agency="Agence centrale", supplier=supplier)
    said = Said(score=score, text=words, wants_call=True)
    case = operations.open_case(place=place, contact=contact, said=said, words=words, origin=f"demo-{number}", at=at)
    if case is None or ends == "opened":
        return
    at = yield later(at, 1, rng)
    operations.note_call(case=case, reached=True, text="Rendez-vous fixé avec l’entreprise.", by=home.lead, at=at)
    if ends == "called":
        return
    at = yield later(at, 3, rng)
    operations.handle(case=case, text="L’entreprise est repassée, vérifié sur place.", by=home.lead, at=at)
    operations.send_links(at=at, send=lambda _case, _token: None)  # what leaves in the past is not sent now
    at = yield later(at, 22 if ends == "silent" else 2, rng)
    if ends == "silent":
        operations.let_silence(at=at)
    else:
        operations.answer_by_link(case=case, settled=ends == "settled", text="", at=at)
