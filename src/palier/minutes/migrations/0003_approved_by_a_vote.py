import django.db.models.deletion
from django.db import migrations, models

FREE = "DROP TRIGGER minutes_approved_stay ON minutes_minutes;"
HOLD = """
CREATE TRIGGER minutes_approved_stay BEFORE UPDATE ON minutes_minutes
    FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL AND
        (NEW.session_id, NEW.number, NEW.preamble, NEW.drafted_at, NEW.drafted_by_id, NEW.sent_at, NEW.approved_at,
         {names} NEW.content, NEW.replaces_id, NEW.because)
        IS DISTINCT FROM
        (OLD.session_id, OLD.number, OLD.preamble, OLD.drafted_at, OLD.drafted_by_id, OLD.sent_at, OLD.approved_at,
         {olds} OLD.content, OLD.replaces_id, OLD.because)
    ) EXECUTE FUNCTION minutes_refuses();
"""
BEFORE = HOLD.format(names="NEW.approved_by_id, NEW.approved_in_id,", olds="OLD.approved_by_id, OLD.approved_in_id,")
AFTER = HOLD.format(names="NEW.approval_id,", olds="OLD.approval_id,")


class Migration(migrations.Migration):
    dependencies = [
        ("committee", "0009_minutes_to_approve"),
        ("minutes", "0002_what_stays"),
    ]

    operations = [
        migrations.RunSQL(FREE, BEFORE),
        migrations.RemoveConstraint(
            model_name="minutes",
            name="minutes_approved_whole",
        ),
        migrations.RemoveConstraint(
            model_name="minutes",
            name="minutes_approved_elsewhere",
        ),
        migrations.RemoveField(
            model_name="minutes",
            name="approved_by",
        ),
        migrations.RemoveField(
            model_name="minutes",
            name="approved_in",
        ),
        migrations.AddField(
            model_name="minutes",
            name="approval",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="approved_minutes", to="committee.item"
            ),
        ),
        migrations.AddConstraint(
            model_name="minutes",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approval__isnull", True), ("approved_at__isnull", True), ("content__isnull", True)),
                    models.Q(
                        ("approval__isnull", False), ("approved_at__gte", models.F("sent_at")), ("content__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="minutes_approved_whole",
            ),
        ),
        migrations.RunSQL(AFTER, FREE),
    ]
