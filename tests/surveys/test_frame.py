"""A landlord's file of tenants: all or nothing, errors where they are, objections that a new file does not forget."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from palier.directory.models import Landlord
from palier.ledger.models import Entry
from palier.stock.models import DistrictStanding, Residence
from palier.stock.operations import load_districts, receive
from palier.stock.rules.districts import VERSIONS, Method
from palier.surveys import operations
from palier.surveys.models import FrameFile, Household, Objection
from palier.surveys.queries import live_objections
from palier.surveys.rules.frame import Origin, State
from palier.verdict import Conflict

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("residences")]
HEAD = "Référence locataire;Résidence;Nom;E-mail;Mobile;Langue;Date d'entrée;Opposition;QPV;Agence\n"
GOOD = (
    "L1;Résidence A;Mme N.;mme.n@example.test;06 12 34 56 78;français;01/02/2019;;oui;Nord\n"
    "L2;Résidence B;M. P.;;0148000000;portugais;;non;;Nord\n"
    "L3;Résidence B;Mme Q.;mme.q@example.test;;;;oui;non;Sud\n"
)
Deposit = Callable[..., FrameFile]


@pytest.fixture
def deposit(landlord: Landlord, at: datetime) -> Deposit:
    """Drop a file and read it as proposed."""

    def make(
        text: str, *, whole: bool = True, apply: bool = True, when: datetime | None = None, save_as: str = ""
    ) -> FrameFile:
        now = when or at
        received = receive(file=io.BytesIO((HEAD + text).encode()), name="locataires.csv")
        looked = operations.look_at(received.digest)
        file = operations.open_file(landlord=landlord, received=received, looked=looked, by=None, at=now)
        mapping = operations.mapping_of(file)
        found = operations.read_again(file, mapping, at=now)
        operations.keep_preview(file=file, mapping=mapping, whole=whole, found=found, by=None, at=now, save_as=save_as)
        if apply and file.state == State.READY:
            operations.apply_file(file=file, found=operations.read_again(file, mapping, at=now), by=None, at=now)
        return file

    return make


def test_a_file_makes_households_as_it_names_them(deposit: Deposit, residences: list[Residence]) -> None:
    file = deposit(GOOD)
    assert file.state == State.APPLIED
    first, second, third = Household.objects.order_by("reference")
    assert (first.residence, first.email, first.phone) == (residences[0], "mme.n@example.test", "+33612345678")
    assert (first.qpv, first.moved_in_on, first.agency) == (True, date(2019, 2, 1), "Nord")
    assert (second.language, second.phone, second.qpv) == ("pt", "+33148000000", None)
    assert [objection.household for objection in live_objections()] == [third]
    assert file.report["new"] == 3


def test_a_file_brought_in_while_districts_are_placed_keeps_what_was_known_of_its_households(
    deposit: Deposit, residences: list[Residence], at: datetime
) -> None:
    DistrictStanding.objects.create(
        residence=residences[0],
        source=residences[0].last_source,
        version=VERSIONS[-1],
        method=Method.CONTOURS,
        inside=40,
        known=40,
        retained=True,
    )
    line = "L1;Résidence A;Mme N.;;;;{};;;Nord\n"
    deposit(line.format("01/02/2019"))
    load_districts(found=[], version=VERSIONS[-1], by=None, at=at)
    deposit(line.format("01/03/2019"))
    household = Household.objects.get()
    assert (household.qpv, household.moved_in_on) == (True, date(2019, 3, 1))


def test_a_household_that_moves_in_far_in_the_future_is_refused_and_soon_is_not(deposit: Deposit) -> None:
    file = deposit("L1;Résidence A;;;;;15/03/48;;;\n")
    assert [fault["sentence"] for fault in file.faults] == ["« 15/03/48 » est dans plus d’un an. Vérifiez l’année."]
    soon = (file.at + timedelta(days=40)).strftime("%d/%m/%y")
    assert deposit(f"L1;Résidence A;;;;;{soon};;;\n").state == State.APPLIED


def test_one_wrong_line_and_nothing_enters_and_each_fault_says_where(deposit: Deposit) -> None:
    wrong = "L1;Résidence Z;;;;;;;;\nL1;Résidence A;;pas une adresse;12;klingon;31/02/2020;peut-être;;\n;Résidence A;;;;;;;;\n"
    file = deposit(GOOD + wrong)
    assert file.state == State.REFUSED
    assert not Household.objects.exists()
    places = [fault["place"] for fault in file.faults]
    assert places == [
        *["Ligne 5, colonne Référence locataire", "Ligne 5, colonne Résidence"],
        *["Ligne 6, colonne Référence locataire", "Ligne 6, colonne Langue", "Ligne 6, colonne E-mail"],
        *["Ligne 6, colonne Mobile", "Ligne 6, colonne Date d'entrée", "Ligne 6, colonne Opposition"],
        "Ligne 7, colonne Référence locataire",
    ]


def test_a_preview_counts_and_names_nobody(deposit: Deposit) -> None:
    deposit(GOOD)
    file = deposit(GOOD.replace("Mme N.", "Mme N. P.").replace("L3;", "L4;"), apply=False)
    report = file.report
    assert (report["count"], report["new"], report["changed"], report["gone"]) == (3, 1, 1, 1)
    assert "Mme N." not in str(report)


def test_what_was_seen_of_the_columns_goes_with_the_file(deposit: Deposit) -> None:
    file = deposit(GOOD)
    assert "mme.n@example.test" not in str(vars(file))
    dropped = deposit(GOOD, apply=False)
    assert "mme.n@example.test" in str(dropped.profile)
    operations.drop_file(file=dropped, by=None, at=dropped.at)
    assert "mme.n@example.test" not in str(vars(dropped))
    lines = [str(line.content) for line in Entry.objects.all()]
    assert not any("mme.n" in line or "Mme N." in line for line in lines)


def test_whoever_is_not_in_a_whole_list_has_left_and_may_come_back(deposit: Deposit, at: datetime) -> None:
    deposit(GOOD)
    later = at + timedelta(days=30)
    deposit("L1;Résidence A;Mme N.;mme.n@example.test;;;;;;\n", when=later)
    assert set(Household.objects.filter(left_on=later.date()).values_list("reference", flat=True)) == {"L2", "L3"}
    deposit(GOOD, when=later + timedelta(days=30))
    assert not Household.objects.filter(left_on__isnull=False).exists()


def test_a_partial_list_makes_nobody_leave(deposit: Deposit) -> None:
    deposit(GOOD)
    deposit("L9;Résidence A;;;;;;;;\n", whole=False)
    assert not Household.objects.filter(left_on__isnull=False).exists()


def test_an_objection_survives_a_new_file_and_a_new_reference(deposit: Deposit, at: datetime) -> None:
    deposit(GOOD)
    home = Household.objects.get(reference="L1")
    operations.object_to(household=home, origin=Origin.PAGE, by=None, at=at)
    deposit(GOOD)
    assert live_objections().filter(household=home).exists()
    deposit(GOOD.replace("L1;", "N1;"))
    renamed = Household.objects.get(reference="N1")
    assert live_objections().get(household=renamed).origin == Origin.FILE
    Household.objects.filter(pk__in=[home.pk, renamed.pk]).delete()
    deposit(GOOD.replace("L1;", "P1;"))
    assert live_objections().filter(household__reference="P1").exists()


def test_the_digest_of_a_contact_says_nothing_without_the_key(deposit: Deposit, settings: object, at: datetime) -> None:
    deposit(GOOD)
    operations.object_to(household=Household.objects.get(reference="L1"), origin=Origin.STAFF, by=None, at=at)
    before = Objection.objects.get(household__reference="L1").phone_digest
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]  # type: ignore[attr-defined]
    settings.SECRET_KEY = "another-key-altogether"  # type: ignore[attr-defined]
    deposit(GOOD.replace("L1;", "N1;"))
    assert live_objections().filter(household__reference="N1").exists()
    assert Objection.objects.get(household__reference="N1").phone_digest != before


def test_the_columns_are_known_again_by_the_shape_of_the_file(deposit: Deposit) -> None:
    deposit(GOOD, save_as="Export du logiciel")
    assert deposit(GOOD, apply=False).profile["saved"] == "Export du logiciel"


def test_a_file_enters_once(deposit: Deposit, at: datetime) -> None:
    file = deposit(GOOD)
    with pytest.raises(Conflict):
        operations.drop_file(file=file, by=None, at=at)
