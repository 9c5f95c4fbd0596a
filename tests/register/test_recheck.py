"""Whatever is changed behind the register is found again by the re-checker, and what is true raises nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from palier.documents.storage import path_of
from palier.register import operations
from palier.register.models import SealedFile
from palier.register.operations.sealing import seal_due
from palier.register.recheck import Checked, audit
from tests.register.conftest import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(scene: Scene) -> Scene:
    """Four labels: one plain, one confirmed, one suspended, one expired; all their files sealed."""
    from palier.label.operations import lapse_due

    scene.award()
    confirmed = scene.award(code="eighteen_eighteen")
    suspended = scene.award(code="one_year_then_three")
    scene.decide(suspended, "suspended", "labelled", at=scene.later(100), reasons="Sites non traités.")
    scene.decide(confirmed, "confirmed", "decision_confirmation", at=scene.later(500))
    operations.catch_up(at=scene.later(500))
    lapse_due(at=scene.later(600))
    operations.catch_up(at=scene.later(600))
    seal_due(at=scene.later(600))
    return scene


def check(scene: Scene) -> Checked:
    return audit(before=scene.later(700), file_of=path_of)


C = "UPDATE register_certificate SET "
FIRST = " WHERE number = 'PAL-2026-0001'"
MUTATIONS = {
    "last day": C + "valid_until = valid_until + 1" + FIRST,
    "first day": C + "valid_from = valid_from + 1" + FIRST,
    "decided on": C + "decided_on = decided_on - 1" + FIRST,
    "year": C + "year = 2025, number = 'PAL-2025-0001'" + FIRST,
    "number": C + "number = 'PAL-2026-9999'" + FIRST,
    "code": C + "code = 'ZZZZZZZZZZZZ'" + FIRST,
    "grant": C + "\"grant\" = 'renewal'" + FIRST,
    "landlord": C + "landlord_id = (SELECT landlord_id FROM register_certificate WHERE number = 'PAL-2026-0002')" + FIRST,
    "journey": C + "journey_id = (SELECT journey_id FROM register_certificate WHERE number = 'PAL-2026-0002')" + FIRST,
    "content": C + "content = jsonb_set(content, '{landlord,name}', '\"Autre\"')" + FIRST,
    "siren of the content": C + "content = jsonb_set(content, '{landlord,siren}', '\"000000000\"')" + FIRST,
    "dates of the content": C + "content = jsonb_set(content, '{valid_until}', '\"2099-12-31\"')" + FIRST,
    "digest": C + "digest = repeat('0', 64)" + FIRST,
    "decision": C + "decision_id = (SELECT id FROM committee_decision WHERE outcome = 'suspended')" + FIRST,
    "a certificate is removed": (
        "DELETE FROM register_sealedfile WHERE certificate_id = (SELECT id FROM register_certificate WHERE number = 'PAL-2026-0002');"
        "DELETE FROM register_event WHERE certificate_id = (SELECT id FROM register_certificate WHERE number = 'PAL-2026-0002');"
        "DELETE FROM register_certificate WHERE number = 'PAL-2026-0002'"
    ),
    "the outcome of a decision": "UPDATE committee_decision SET outcome = 'award_refused' WHERE outcome = 'label_awarded'",
    "the day of a decision": "UPDATE committee_decision SET decided_on = decided_on - 3 WHERE outcome = 'confirmed'",
    "a passage's label": "UPDATE label_passage SET label_until = label_until + 30 WHERE act = 'award_label'",
    "an event's day": 'UPDATE register_event SET "on" = "on" - 1 WHERE change = \'suspended\'',
    "an event's change": "UPDATE register_event SET change = 'withdrawn' WHERE change = 'suspended'",
    "an event is removed": "DELETE FROM register_event WHERE change = 'suspended'",
    "an event is moved": (
        "UPDATE register_event SET passage_id = (SELECT min(id) FROM label_passage) WHERE change = 'suspended'"
    ),
    "a licence is freed": "UPDATE register_licence SET suspended_on = NULL",
    "a licence lives again": "UPDATE register_licence SET ended_on = NULL, ended_because = '', remove_by = NULL",
    "a licence is removed": "DELETE FROM register_licence",
    "the document that a decision was recorded from": "UPDATE committee_decision SET document_id = NULL",
    "the badge": "UPDATE register_sealedfile SET badge = 'x.e30.x'",
    "the file": "UPDATE register_sealedfile SET sha256 = repeat(md5(id::text), 2)",
    "the ledger": "UPDATE ledger_entry SET content = jsonb_set(content, '{facts,sha256}', '\"0\"') WHERE act = 'register.certificate_issued'",
}


TABLES = (
    "register_certificate",
    "register_event",
    "register_licence",
    "register_sealedfile",
    "committee_decision",
    "label_passage",
    "ledger_entry",
)


def behind_python(sql: str) -> None:
    """Change the tables as their owner, with the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
        assert cursor.rowcount > 0
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_a_true_register_raises_nothing_and_every_change_behind_python_is_found(told: Scene) -> None:
    true = check(told)
    assert (true.certificates, true.decisions, true.differences) == (4, 4, ())
    missed = []
    for name, sql in MUTATIONS.items():
        with transaction.atomic():
            behind_python(sql)
            if not check(told).differences:
                missed.append(name)
            transaction.set_rollback(True)
    assert missed == []
    assert check(told).differences == ()


def test_a_decision_waits_for_its_certificate_only_a_while(scene: Scene) -> None:
    scene.decide(scene.journey(), "label_awarded", "decision_award")
    assert audit(before=scene.at - timedelta(minutes=1), file_of=path_of).differences == ()
    assert "aucun certificat" in audit(before=scene.at, file_of=path_of).differences[0].sentence


def test_one_byte_of_a_file_is_found_and_the_command_says_so(told: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    path = path_of(SealedFile.objects.order_by("pk")[0].sha256)
    kept = path.read_bytes()
    try:
        path.write_bytes(kept[:-30] + bytes([kept[-30] ^ 1]) + kept[-29:])
        assert "n’a plus l’empreinte" in check(told).differences[0].sentence
        path.unlink()
        assert "manque sur le disque" in check(told).differences[0].sentence
    finally:
        path.write_bytes(kept)
    call_command("register", "audit")
    assert "4 certificats" in capsys.readouterr().out
    behind_python("UPDATE register_certificate SET valid_until = valid_until + 1 WHERE number = 'PAL-2026-0001'")
    with pytest.raises(SystemExit) as ended:
        call_command("register", "audit")
    assert ended.value.code == 1
    assert "PAL-2026-0001" in capsys.readouterr().err


def test_the_rechecker_shares_no_rule_with_the_issuer() -> None:
    import ast
    import inspect

    from palier.register import recheck, recount

    for module, ours in ((recheck, ["palier.register.recount"]), (recount, [])):
        tree = ast.parse(inspect.getsource(module))
        names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        names += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
        assert [name for name in names if name.startswith("palier")] == ours
