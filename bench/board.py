"""The national board at 1,000 journeys."""

from datetime import UTC, datetime, timedelta

from figures import aside, figure, queries, ready, seconds

ready()

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.fixtures import luhn_siren

from palier.calendar import paris_day
from palier.directory.operations import add_landlord, add_member, add_organisation, enter_person
from palier.directory.rules import Kind, LandlordType, Role
from palier.label.models import Journey
from palier.label.operations import load_shipped, open_journey
from palier.label.queries import published_rule_sets, rules_of
from palier.label.rules.stages import LIVE, Landing, Stage

JOURNEYS = 1_000
settings.DEMO = True  # no second factor to set up here
now = datetime.now(UTC)
OF_CONFIRMATION = {stage for stage in LIVE if stage.about.towards is Landing.CONFIRMATION} - {Stage.LABELLED} | {
    Stage.CONFIRMED
}
UNDER_LABEL = {Stage.LABELLED, Stage.CONFIRMED, Stage.HEARING, Stage.VERIFICATION_AUDIT}


def fill() -> None:
    """So many landlords, each somewhere on the way."""
    load_shipped(effective_from=(now - timedelta(days=900)).date(), at=now)
    rules = list(published_rule_sets(on=paris_day(now)))
    for number in range(JOURNEYS):
        landlord = add_landlord(
            name=f"Habitat {number}", siren_number=luhn_siren(500_000 + number), landlord_type=LandlordType.OPH, by=None, at=now
        )
        journey = open_journey(landlord=landlord, rules=rules[number % len(rules)], by=None, at=now)
        stages = sorted(LIVE if rules_of(journey.rules).confirms else LIVE - OF_CONFIRMATION)
        stage, day = stages[number % len(stages)], (now + timedelta(days=number % 400 - 60)).date()
        dates = {"label_from": day - timedelta(days=300), "label_until": day} if stage in UNDER_LABEL else {}
        Journey.objects.filter(pk=journey.pk).update(stage=stage, due_on=day, **dates)


with aside():
    fill()
    owner = add_organisation(kind=Kind.LABEL_OWNER, name="Union", by=None, at=now)
    referent = enter_person(email="referent@bench.example", name="Mme R.", at=now)
    add_member(person=referent, organisation=owner, role=Role.REFERENT, by=None, at=now)
    with connection.cursor() as cursor:  # as the database does by itself once the rows are committed
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(referent, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = reverse("board")

    def show() -> None:
        """The page as the référent opens it."""
        assert client.get(page).status_code == 200

    figure(f"board of {JOURNEYS:,} journeys, first page", seconds(show) * 1000, "ms", promised=150)
    figure(f"board of {JOURNEYS:,} journeys, SQL queries", queries(show), "queries")
