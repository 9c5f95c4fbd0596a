"""A stricter majority protects a label: it is asked to suspend or withdraw one, not to keep it nor to lift a suspension."""

from django.db import migrations

CHANGE = """
DO $do$
BEGIN
    EXECUTE replace(pg_get_functiondef('{function}'::regprocedure), $old${old}$old$, $new${new}$new$);
END $do$;
"""
OWN = "coalesce(scene->'terms'->'majorities'->(scene->>'matter'), scene->'terms'->'majority') AS majority"
ASKED = f"CASE WHEN (scene->>'spares')::boolean THEN scene->'terms'->'majority' ELSE {OWN.removesuffix(' AS majority')} END AS majority"
READ, READ_TOO = (
    "SELECT p.id, p.opened_at",
    "SELECT p.id, p.outcome IN ('maintained', 'suspension_lifted') AS spares, p.opened_at",
)
SAID, SAID_TOO = "'matter', at.matter,", "'matter', at.matter, 'spares', at.spares,"
CHANGES = [
    ("committee_second_count(jsonb)", OWN, ASKED),
    ("committee_scene(bigint)", READ, READ_TOO),
    ("committee_scene(bigint)", SAID, SAID_TOO),
]


class Migration(migrations.Migration):
    """Both functions of the second counter."""

    dependencies = [("committee", "0012_what_was_granted")]
    operations = [
        migrations.RunSQL(CHANGE.format(function=name, old=old, new=new), CHANGE.format(function=name, old=new, new=old))
        for name, old, new in CHANGES
    ]
