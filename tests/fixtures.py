"""What every test may ask for: a day, people with a role, a client signed in as somebody."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.test import Client

from palier.directory.rules import Kind, LandlordType, Role

if TYPE_CHECKING:
    from palier.directory.models import Landlord, Organisation, Person
    from palier.label.models import RuleSetVersion

NOON = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)
_numbers = count(1)


def luhn_siren(seed: int) -> str:
    """A well-formed SIREN for a number."""
    body = f"{seed:08d}"
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(reversed(body)))
    return body + str(-total % 10)


def _template() -> str:
    """The name of the migrated database that runs copy, for the migrations as they stand."""
    from django.apps import apps

    mark = hashlib.sha256()
    for app in apps.get_app_configs():
        for path in sorted(Path(app.path).glob("migrations/*.py")):
            mark.update(path.read_bytes())
    return f"template_palier_{mark.hexdigest()[:16]}"


def _server(dbname: str = "postgres", **more: str) -> psycopg.Connection[tuple[str]]:
    from django.db import connection

    parameters = connection.get_connection_params() | {"dbname": dbname, "autocommit": True} | more
    ours = {"dbname", "host", "port", "user", "password", "autocommit"}
    return psycopg.connect(**{key: value for key, value in parameters.items() if key in ours})


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Copy the migrated database when a run made one: migrating takes far longer than copying."""
    from django.db import connection

    with _server() as server:
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_template()]).fetchone():
            connection.settings_dict["TEST"]["TEMPLATE"] = _template()


@pytest.fixture(scope="session", autouse=True)
def _tests_leave_nothing(request: pytest.FixtureRequest) -> None:
    """Tests that commit are cleaned up by emptying the tables, which the ledger refuses to anybody but the server's owner."""
    if not any(
        item.get_closest_marker("django_db") or {"db", "transactional_db", "live_server"} & set(item.fixturenames)
        for item in request.session.items
    ):
        return
    request.getfixturevalue("django_db_setup")
    blocker = request.getfixturevalue("django_db_blocker")
    from django.conf import settings
    from django.db import connection
    from django.test import TransactionTestCase

    with blocker.unblock():
        _keep_template()
        if settings.EMBEDDED:
            TransactionTestCase._fixture_teardown = lambda _: _empty()  # type: ignore[method-assign] -- no other way in
            return
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_no_truncate")


def _empty() -> None:
    """Delete all rows: to truncate two hundred tables, nearly all empty, takes longer than most tests."""
    from django.db import connection

    with _server(connection.settings_dict["NAME"], user="postgres") as server:
        server.execute("""
            DO $$ DECLARE name text; BEGIN
              SET LOCAL session_replication_role = replica;
              FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
                AND tablename NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
              LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
            END $$""")


def _keep_template() -> None:
    """Make the database just migrated the one that later runs copy; those of older migrations go."""
    from django.db import connection

    if connection.settings_dict["TEST"].get("TEMPLATE"):
        return
    connection.close()
    with _server() as server:
        for (name,) in server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'template_palier_%%'").fetchall():
            with suppress(psycopg.Error):
                server.execute(f'DROP DATABASE IF EXISTS "{name}"')
        with suppress(psycopg.Error):  # another run made it meanwhile
            server.execute(f'CREATE DATABASE "{_template()}" TEMPLATE "{connection.settings_dict["NAME"]}"')


@pytest.fixture
def at() -> datetime:
    """10 March 2026, noon in Paris."""
    return NOON


@pytest.fixture
def make_landlord(db: None) -> Callable[..., Landlord]:
    """Enter a landlord."""
    from palier.directory.operations import add_landlord

    def make(name: str = "", **more: object) -> Landlord:
        number = next(_numbers)
        return add_landlord(
            name=name or f"Habitat {number}",
            siren_number=luhn_siren(number),
            landlord_type=LandlordType.OPH,
            by=None,
            at=NOON,
            **more,  # type: ignore[arg-type]
        )

    return make


@pytest.fixture
def make_organisation(db: None) -> Callable[..., Organisation]:
    """Enter another organisation."""
    from palier.directory.operations import add_organisation

    def make(kind: Kind, name: str = "") -> Organisation:
        return add_organisation(kind=kind, name=name or f"{kind.label} {next(_numbers)}", by=None, at=NOON)

    return make


@pytest.fixture
def make_person(db: None) -> Callable[..., Person]:
    """A person with a role in an organisation."""
    from palier.directory.operations import add_member, enter_person

    def make(role: Role | None = None, organisation: Organisation | None = None, name: str = "") -> Person:
        number = next(_numbers)
        person = enter_person(email=f"p{number}@example.test", name=name or f"Personne {number}", at=NOON)
        if role is not None and organisation is not None:
            add_member(person=person, organisation=organisation, role=role, by=None, at=NOON)
        return person

    return make


@pytest.fixture
def referent(make_person: Callable[..., Person], make_organisation: Callable[..., Organisation]) -> Person:
    """Mme R., of the label's owner."""
    return make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER), "Mme R.")


@pytest.fixture
def rules(db: None, at: datetime) -> RuleSetVersion:
    """The label of twice eighteen months, in force."""
    from palier.label import operations, queries

    operations.load_shipped(effective_from=date(2020, 1, 1), at=at)
    found = queries.rule_set_on(on=at.date(), code="eighteen_eighteen")
    assert found is not None
    return found


def signed_in(person: Person, *, proved_at: float | None = None) -> Client:
    """A browser signed in as a person, second factor included; identity proved just now, unless said otherwise."""
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    at = time.time() if proved_at is None else proved_at
    session["account_authentication_methods"] = [{"method": m, "at": at} for m in ("password", "mfa")]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
    return client


@pytest.fixture
def sign_in(db: None) -> Callable[[Person], Client]:
    """A browser signed in as a person, second factor included."""
    return signed_in


@pytest.fixture(autouse=True)
def _no_file_in_a_transaction(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No request and no act lays a file inside its transaction (the one around each test, and stories told at once, apart)."""
    if request.node.get_closest_marker("told"):
        return
    from django.db import connection

    from palier.documents import storage

    settle = storage.settle

    def guarded(source: Path) -> str:
        assert all(block._from_testcase for block in connection.atomic_blocks), "A file was laid inside a transaction."
        return settle(source)

    monkeypatch.setattr(storage, "settle", guarded)
