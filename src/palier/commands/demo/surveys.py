"""What the first landlord asks its tenants: two triennial waves, a wave in the field, a survey after each intervention."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from random import Random
from typing import Any, cast

from django.db.models import F

from palier.answers import operations as answers
from palier.answers.models import Recount
from palier.answers.queries import form_of
from palier.calendar import paris_day
from palier.commands.demo.timeline import Life, Part, chance, later, office_hours
from palier.commands.demo.world import DOMAIN, Household, World
from palier.questionnaires.models import QuestionnaireVersion
from palier.questionnaires.rules.engine import settled
from palier.questionnaires.rules.form import Kind, Question, Questionnaire, Value
from palier.stock.operations import receive
from palier.stock.queries import residences
from palier.surveys import operations
from palier.surveys.models import Household as Tenant
from palier.surveys.models import Invitation, Solicitation, Wave
from palier.surveys.operations import Draft, Told
from palier.surveys.queries import Addressee, addressee, open_invitations
from palier.surveys.rules.contact import Channel, Mode
from palier.surveys.rules.frame import Origin
from palier.surveys.rules.sendings import State as Sending
from palier.surveys.rules.waves import Design, EventKind, Pace, Split
from palier.surveys.sealing import unseal

_PER_RESIDENCE = 40
_MAIL = (Channel.EMAIL,)
_SUPPLIERS = (
    ("Ascenseurs d’Exemple", "Ascenseur", 0.55),
    ("Chauffage d’Exemple", "Chauffage", 0.72),
    ("Plomberie d’Exemple", "Plomberie", 0.86),
    ("Net d’Exemple", "Nettoyage", 0.68),
)
# Free words, said by those who are satisfied or not of what comes first.
_WORDS = {
    True: (
        "Le gardien est toujours disponible, merci à lui.",
        "Le hall refait est agréable.",
        "Rien à signaler, la résidence est calme.",
        "Les nouvelles fenêtres ont tout changé cet hiver.",
        "L’agence rappelle vite depuis l’an dernier.",
    ),
    False: (
        "L’ascenseur tombe en panne chaque mois.",
        "Le hall est sale dès le lundi.",
        "Trop de bruit le soir au pied de l’immeuble.",
        "Le chauffage se coupe en pleine nuit.",
        "J’ai écrit trois fois pour une fuite, sans réponse.",
        "Les encombrants restent des semaines devant les poubelles.",
        "On ne comprend rien aux charges.",
        "De l’humidité dans la chambre des enfants.",
    ),
}
_PURPOSE = "Dire où le service est bon et où il ne l’est pas, résidence par résidence, et décider des actions des trois ans qui viennent."


def go(world: World, name: str) -> Life:
    """Three years of surveys of one landlord, from the day its stock is known."""
    rng = chance("surveys", name)
    at = yield _ago(world, 1_040, rng)
    home = next((one for one in world.households if one.landlord.name == name), None)
    if home is None or not residences(landlord=home.landlord, on=paris_day(at)):
        return
    bring_tenants(home, rng, at)
    at = yield from _triennial(world, home, at, before=True)
    at = yield _ago(world, 98, rng)
    operations.forget_asked(at=at)
    answers.commit_to(landlord=home.landlord, question="overall_satisfaction", percent=70, by=home.director, at=at)
    yield from _triennial(world, home, at, before=False)


def go_hot(world: World, name: str) -> Life:
    """The survey after each intervention, over the last six months; a wave on cleanliness, in the field today."""
    rng = chance("hot surveys", name)
    at = yield _ago(world, 170, rng)
    home = next((one for one in world.households if one.landlord.name == name), None)
    tenants = list(Tenant.objects.filter(landlord=home.landlord).order_by("reference")) if home else []
    if home is None or not tenants:
        return
    wave = _hot(home, at)
    for batch in range(11):
        at = yield _ago(world, 165 - 15 * batch, rng)
        _hear(home, rng.sample(tenants, 16), batch, rng, at)
        at = yield later(at, 3, rng)
        let_leave(at)
        _answer(wave, "hot", 0.5, _of_supplier, at)
        answers.empty_due(at=at)
    yield from _in_the_field(world, home, at)


def bring_tenants(home: Household, rng: Random, at: datetime) -> None:
    """The file of tenants that the landlord's software gives, as people bring it in."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(["Référence locataire", "Résidence", "E-mail", "Mobile", "Adresse postale", "Date d’entrée"])
    for place in residences(landlord=home.landlord, on=paris_day(at)):
        for number in range(_PER_RESIDENCE):
            entered = paris_day(at) - timedelta(days=rng.randint(30, 9_000))
            mail = f"locataire-{place.pk}-{number}@{DOMAIN}" if rng.random() < 0.7 else ""
            # The numbers that the regulator keeps for fiction.
            mobile = f"06 39 98 {rng.randint(0, 99):02} {rng.randint(0, 99):02}" if rng.random() < 0.6 else ""
            address = f"Appartement {number + 1}, {place.address}, {place.postcode} {place.commune_name}"
            writer.writerow([f"{place.pk:04}-{number:03}", place.name, mail, mobile, address, f"{entered:%d/%m/%Y}"])
    received = receive(file=BytesIO(out.getvalue().encode("utf-8-sig")), name="locataires.csv")
    file = operations.open_file(
        landlord=home.landlord, received=received, looked=operations.look_at(received.digest), by=home.lead, at=at
    )
    mapping = operations.mapping_of(file)
    read = operations.read_again(file, mapping, at=at)
    file = operations.keep_preview(file=file, mapping=mapping, whole=True, found=read, by=home.lead, at=at)
    operations.apply_file(file=file, found=read, by=home.lead, at=at + timedelta(minutes=12))


def _triennial(world: World, home: Household, at: datetime, *, before: bool) -> Part:
    """A sample by agency, two sendings, calls and paper for whoever has no address, the count, what is said of it."""
    rng, year = chance("triennial", home.landlord.name, before), paris_day(at).year
    wave = _launch(
        home,
        at,
        code="triennial",
        name=f"Enquête triennale {year}",
        purpose=_PURPOSE,
        design=Design.SAMPLE,
        split=Split.AGENCY,
        margin=Decimal("8.5"),
        expected_rate=55,
        settled_months=6,
        closes_on=paris_day(at) + timedelta(days=28),
        paces=(Pace(0, _MAIL), Pace(9, _MAIL)),
    )
    lift = 0.0 if before else 0.06
    for days, share in ((4, 0.35), (8, 0.25), (7, 0.25)):
        at = yield later(at, days, rng)
        operations.plan_due(at=at)
        let_leave(at)
        _answer(wave, before, share, lambda invitation: _of_residence(invitation) + lift, at)
    at = yield office_hours(wave.closes_on + timedelta(days=1), rng)
    operations.close_due(at=at)
    at = yield later(at, 1, rng)
    answers.empty_due(at=at)
    answers.count_due(at=at)
    at = yield later(at, 5, rng)
    recount = Recount.objects.select_related("wave__landlord").get(wave=wave)
    said = "Aucun changement de mode ni de saison ; deux agences ont changé d’entreprise de nettoyage au printemps."
    answers.note_context(recount=recount, text="Première vague de ce questionnaire." if before else said, by=home.lead, at=at)
    thanks = "Merci à toutes celles et ceux qui ont répondu. Nous reprenons d’abord la propreté et les ascenseurs."
    if not recount.outside["hidden"]:
        answers.show_to_tenants(recount=recount, words=thanks, by=home.director, at=at)
    return at


def _hot(home: Household, at: datetime) -> Wave:
    return _launch(
        home,
        at,
        code="after_intervention",
        name="Après chaque intervention",
        purpose="Suivre la qualité des interventions par entreprise, et reprendre celles qui n’ont pas réglé le problème.",
        design=Design.HOT,
        trigger=EventKind.INTERVENTION,
        delay_hours=24,
        closes_on=paris_day(at) + timedelta(days=365),
        paces=(Pace(0, _MAIL),),
    )


def _hear(home: Household, tenants: Iterable[Tenant], batch: int, rng: Random, at: datetime) -> None:
    """What the landlord's software tells of a fortnight."""
    told = []
    for number, tenant in enumerate(tenants):
        supplier, theme, _ = rng.choice(_SUPPLIERS)
        on = paris_day(at) - timedelta(days=1)
        told.append(Told(EventKind.INTERVENTION, f"OT-{batch:02}{number:02}", tenant.reference, on, supplier, theme))
    operations.hear_events(landlord=home.landlord, told=told, origin=Origin.API, by=None, at=at)


def _in_the_field(world: World, home: Household, at: datetime) -> Part:
    """A wave on cleanliness that opened ten days ago: a reminder left, another is to come."""
    rng = chance("field", home.landlord.name)
    at = yield max(at, _ago(world, 11, rng))
    wave = _launch(
        home,
        at,
        code="cleanliness",
        name="Propreté des résidences",
        purpose="Comparer ce que voient les locataires et ce que relèvent les contrôles de propreté.",
        design=Design.SAMPLE,
        split=Split.AGENCY,
        margin=Decimal(12),
        expected_rate=35,
        closes_on=paris_day(at) + timedelta(days=32),
        paces=(Pace(0, _MAIL), Pace(6, _MAIL), Pace(20, _MAIL)),
    )
    for days, share in ((3, 0.18), (5, 0.12)):
        at = yield later(at, days, rng)
        operations.plan_due(at=at)
        let_leave(at)
        _answer(wave, "field", share, _of_residence, at)
    return at


def _launch(home: Household, at: datetime, *, code: str, **said: Any) -> Wave:
    asked = QuestionnaireVersion.objects.filter(questionnaire__code=code, questionnaire__owner=None).latest("number")
    draft = Draft(
        questionnaire=asked,
        opens_on=paris_day(at),
        subject="Votre avis sur votre logement",
        message="Bonjour,\n\nQuelques minutes suffisent. Vos réponses ne sont liées ni à votre nom ni à votre logement.",
        **said,
    )
    wave = operations.create_wave(landlord=home.landlord, draft=draft, by=home.lead, at=at)
    operations.draw_sample(wave=wave, by=home.lead, at=at + timedelta(minutes=20))
    operations.launch(wave=wave, by=home.lead, at=at + timedelta(minutes=30))
    return wave


def let_leave(at: datetime) -> None:
    """In the story the worker sent each message as it came: those of the past do not leave now."""
    due = Solicitation.objects.filter(state=Sending.PLANNED, due_at__lt=at)
    due.update(state=Sending.SENT, left_at=F("due_at"))


def _answer(wave: Wave, part: object, share: float, mind: Callable[[Invitation], float], at: datetime) -> None:
    """So many of those who have not answered do, each as they see their residence or who came; the others later, or never."""
    form = form_of(wave)
    for invitation in open_invitations(wave=wave).select_related("household__residence", "event"):
        tenant = invitation.household
        if tenant is None or not invitation.sealed:
            continue
        rng = chance("answer", part, tenant.reference, invitation.event and invitation.event.reference, at.date())
        if rng.random() >= share:
            continue
        alone = Mode.WEB if tenant.email else rng.choice([Mode.PHONE, Mode.PHONE, Mode.PAPER])
        token = unseal(bytes(invitation.sealed), digest=invitation.digest)
        said = says(form, mind(invitation) + rng.gauss(0, 0.12), rng)
        answers.submit(to=cast(Addressee, addressee(token=token)), said=said, mode=alone)


def _of_residence(invitation: Invitation) -> float:
    """How well one lives in a residence."""
    tenant = invitation.household
    return chance("residence", tenant.residence.name if tenant else "").uniform(0.5, 0.88)


def _of_supplier(invitation: Invitation) -> float:
    """How well a firm works."""
    event = invitation.event
    return next((level for name, _, level in _SUPPLIERS if event and name == event.supplier), 0.7)


def says(form: Questionnaire, mind: float, rng: Random) -> dict[str, Value]:
    """What somebody says whose answers are good that often; one in eight adds a word."""
    said: dict[str, Value] = {}
    first: bool | None = None
    for question in form.questions:
        good = rng.random() < mind
        first = good if first is None else first
        if (value := _value(question, good, first, rng)) is not None:
            said[question.key] = value
    return settled(form, said)


def _value(question: Question, good: bool, satisfied: bool, rng: Random) -> Value | None:
    match question.kind:
        case Kind.SCORE:
            return rng.randint(7, 10) if good else rng.randint(1, 6)
        case Kind.TEXT:
            return rng.choice(_WORDS[satisfied]) if rng.random() < 0.12 else None
        case Kind.CHOICES:
            taken = rng.sample(range(len(question.choices)), rng.randint(1, question.at_most or 2))
            return [question.choices[place].code for place in sorted(taken)]
        case Kind.SCALE | Kind.YES_NO | Kind.CHOICE:
            sided = [choice.code for choice in question.choices if choice.favourable in {good, None}]
            # People say « rather » more often than « very ».
            return rng.choices(sided, [1.0 + (index % 2 == good) for index in range(len(sided))])[0] if sided else None
    return None


def _ago(world: World, days: int, rng: Random) -> datetime:
    return office_hours(paris_day(world.today) - timedelta(days=days), rng)
