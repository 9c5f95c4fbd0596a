"""A landlord's file of events: all or nothing, errors where they are, each event asks once however it came."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime

import pytest

from palier.directory.models import Landlord
from palier.ledger.models import Entry
from palier.stock.operations import receive
from palier.surveys import operations, queries
from palier.surveys.models import FrameFile, FrameMapping, HotEvent, Household, Invitation
from palier.surveys.rules.contact import Channel
from palier.surveys.rules.frame import Holds, Origin, State
from palier.surveys.rules.waves import Design, EventKind, Pace, Told
from palier.verdict import Refusal

pytestmark = pytest.mark.django_db
HEAD = "N° intervention;Référence locataire;Type;Date;Prestataire;Corps d'état\n"
GOOD = (
    "I1;L00000;Intervention;24/11/2025;Plomberie du Port;plomberie\n"
    "I2;L00001;intervention terminée;25/11/2025;Plomberie du Port;plomberie\n"
    "C1;L00002;Contact;25/11/2025;;accueil\n"
    "I3;inconnu;Intervention;25/11/2025;Chauffage du Canal;chauffage\n"
)
Deposit = Callable[..., FrameFile]


@pytest.fixture
def deposit(landlord: Landlord, at: datetime) -> Deposit:
    """Drop a file of events and read it as proposed."""

    def make(text: str, *, head: str = HEAD, kind: str = "", save_as: str = "", apply: bool = True) -> FrameFile:
        received = receive(file=io.BytesIO((head + text).encode()), name="evenements.csv")
        looked = operations.look_at(received.digest, holds=Holds.EVENTS)
        file = operations.open_file(landlord=landlord, received=received, looked=looked, holds=Holds.EVENTS, by=None, at=at)
        mapping = operations.mapping_of(file)
        found = operations.read_again(file, mapping, kind=kind, at=at)
        operations.keep_preview(file=file, mapping=mapping, kind=kind, found=found, by=None, at=at, save_as=save_as)
        if apply and file.state == State.READY:
            found = operations.read_again(file, mapping, kind=kind, at=at)
            operations.apply_file(file=file, found=found, by=None, at=at)
        return file

    return make


@pytest.fixture
def hot(make_households: Callable[..., list[Household]], make_wave: Callable[..., object]) -> None:
    """Four households, and a wave that waits for interventions."""
    make_households(4)
    make_wave(design=Design.HOT, trigger=EventKind.INTERVENTION, paces=(Pace(0, (Channel.EMAIL,)),), delay_hours=2)


@pytest.mark.usefixtures("hot")
def test_each_event_of_a_file_asks_its_household_or_says_why_not(deposit: Deposit, landlord: Landlord) -> None:
    file = deposit(GOOD)
    assert file.state == State.APPLIED
    assert file.report["strangers"] == 1
    assert file.report["kinds"] == [["Intervention terminée", 3, True], ["Contact avec l’agence", 1, False]]
    fates = dict(HotEvent.objects.values_list("reference", "silent_because"))
    assert fates == {"I1": "", "I2": "", "C1": "no_wave", "I3": "unknown"}
    assert {*HotEvent.objects.values_list("origin", flat=True)} == {Origin.FILE}
    assert Invitation.objects.count() == 2
    assert queries.events_by_fate(landlord=landlord) == {queries.ASKED: 2, "no_wave": 1, "unknown": 1}
    lines = {line.act: line.content["facts"] for line in Entry.objects.all() if line.content}
    assert lines["surveys.file_applied"] | {"file": ""} == {"told": 4, "asked": 2, "file": ""}


@pytest.mark.usefixtures("hot")
def test_brought_twice_or_told_by_both_ways_an_event_asks_once(deposit: Deposit, landlord: Landlord, at: datetime) -> None:
    told = [Told(EventKind.INTERVENTION, "I1", "L00000", at.date())]
    operations.hear_events(landlord=landlord, told=told, origin=Origin.API, by=None, at=at)
    assert deposit(GOOD, apply=False).report["known"] == 1
    deposit(GOOD)
    deposit(GOOD)
    assert HotEvent.objects.count() == 4
    assert Invitation.objects.count() == 2


@pytest.mark.usefixtures("hot")
def test_one_wrong_line_and_nothing_enters_and_each_fault_says_where(deposit: Deposit) -> None:
    wrong = "I1;L00000;Intervention;24/11/2025;;\n;L00001;Naissance;31/02/2025;;\nI9;;Contact;24/11/2099;;\n"
    file = deposit(GOOD + wrong)
    assert file.state == State.REFUSED
    assert not HotEvent.objects.exists()
    assert [fault["place"] for fault in file.faults] == [
        "Ligne 6, colonne N° intervention",
        *["Ligne 7, colonne N° intervention", "Ligne 7, colonne Type", "Ligne 7, colonne Date"],
        *["Ligne 8, colonne Référence locataire", "Ligne 8, colonne Date"],
    ]


@pytest.mark.usefixtures("hot")
def test_without_a_column_the_kind_is_said_once_for_the_file_and_kept_for_the_next(
    deposit: Deposit, landlord: Landlord
) -> None:
    head, text = "Bon de travaux;Contrat;Date de fin\n", "B1;L00000;24/11/2025\n"
    with pytest.raises(Refusal, match="la même pour tout le fichier"):
        deposit(text, head=head)
    file = deposit(text, head=head, kind="intervention", save_as="Bons de travaux")
    assert (file.state, file.kind) == (State.APPLIED, "intervention")
    assert FrameMapping.objects.get().holds == Holds.EVENTS
    again = deposit(text.replace("B1", "B2"), head=head, kind="intervention", apply=False)
    assert again.profile["saved"] == "Bons de travaux"


@pytest.mark.usefixtures("hot")
def test_events_are_found_by_their_words_their_kind_and_what_became_of_them(deposit: Deposit, landlord: Landlord) -> None:
    deposit(GOOD)

    def found(**asked: str) -> set[str]:
        return {*queries.hot_events(landlord=landlord, **asked).values_list("reference", flat=True)}

    assert found(words="plomberie port") == {"I1", "I2"}
    assert found(words="nord") == {"I1", "I2"}
    assert found(words="accueil") == {"C1"}
    assert found(kind="contact") == {"C1"}
    assert found(became=queries.ASKED) == {"I1", "I2"}
    assert found(became="unknown") == {"I3"}
