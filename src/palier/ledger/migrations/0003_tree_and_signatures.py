"""The Merkle tree of the lines, signed checkpoints and public keys."""

import django.contrib.postgres.fields
from django.db import migrations, models

from palier.ledger.rules import tree

BATCH = 2_000
WITH_TREE = """
CREATE OR REPLACE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.content IS NULL AND NEW.salt IS NULL
       AND (NEW.number, NEW.at, NEW.actor_id, NEW.act, NEW.subject_kind, NEW.subject_id, NEW.landlord_id, NEW.audience,
            NEW.commitment, NEW.previous, NEW.digest, NEW.subtree)
       IS NOT DISTINCT FROM
           (OLD.number, OLD.at, OLD.actor_id, OLD.act, OLD.subject_kind, OLD.subject_id, OLD.landlord_id, OLD.audience,
            OLD.commitment, OLD.previous, OLD.digest, OLD.subtree)
    THEN
        RETURN NEW;  -- erasing the content is the one change allowed
    END IF;
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION ledger_keeps_checkpoint() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a checkpoint is never changed nor removed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_checkpoint_stays BEFORE UPDATE OR DELETE ON ledger_checkpoint
    FOR EACH ROW EXECUTE FUNCTION ledger_keeps_checkpoint();
"""
WITHOUT_TREE = """
DROP TRIGGER ledger_checkpoint_stays ON ledger_checkpoint;
DROP FUNCTION ledger_keeps_checkpoint();
"""


def plant(apps, schema_editor):
    """Give every line written so far its subtree, and the head its peaks; what was kept aside unsigned proves nothing."""
    if apps.get_model("ledger", "Entry").objects.exists():
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_append_only")
            _plant(cursor)
            cursor.execute("ALTER TABLE ledger_entry ENABLE TRIGGER ledger_append_only")
    apps.get_model("ledger", "Checkpoint").objects.all().delete()


def _plant(cursor):
    peaks, size = [], 0
    while True:
        cursor.execute("SELECT number, digest FROM ledger_entry WHERE number > %s ORDER BY number LIMIT %s", [size, BATCH])
        tops = []
        for number, digest in cursor.fetchall():
            peaks, size = tree.grown(peaks, size, digest), number
            tops.append((number, peaks[-1]))
        if not tops:
            break
        cursor.execute(
            "UPDATE ledger_entry SET subtree = top FROM unnest(%s::bigint[], %s::text[]) AS grown(n, top) WHERE number = n",
            [[n for n, _ in tops], [top for _, top in tops]],
        )
    cursor.execute("UPDATE ledger_head SET peaks = %s", [peaks])


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_append_only")]
    operations = [
        migrations.AddField("entry", "subtree", models.CharField(max_length=64, default=""), preserve_default=False),
        migrations.AddField(
            "head",
            "peaks",
            django.contrib.postgres.fields.ArrayField(models.CharField(max_length=64), default=list, size=None),
        ),
        migrations.AddField("checkpoint", "root", models.CharField(max_length=64, default=""), preserve_default=False),
        migrations.AddField("checkpoint", "note", models.TextField(default=""), preserve_default=False),
        migrations.CreateModel(
            name="PublicKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=300, unique=True)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("last_number", models.PositiveBigIntegerField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        name="ledger_key_ends_somewhere",
                        condition=models.Q(until__isnull=True, last_number__isnull=True)
                        | models.Q(until__isnull=False, last_number__isnull=False),
                    )
                ],
            },
        ),
        migrations.RunPython(plant, migrations.RunPython.noop),
        migrations.RunSQL(WITH_TREE, WITHOUT_TREE),
    ]
