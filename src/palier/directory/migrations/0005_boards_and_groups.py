"""Mandates on boards and groups of landlords: none overlaps, and what was said stays, but for its end.

Without btree_gist (the embedded PostgreSQL has no extension), equality is written as ranges of one value that overlap.
"""

import datetime as dt

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

HOLD = """
ALTER TABLE directory_boardmandate ADD CONSTRAINT board_mandate_no_overlap EXCLUDE USING gist (
    int8range(person_id, person_id, '[]') WITH &&,
    int8range(organisation_id, organisation_id, '[]') WITH &&,
    daterange(starts_on, ends_on + 1) WITH &&
);
ALTER TABLE directory_groupmember ADD CONSTRAINT group_member_no_overlap EXCLUDE USING gist (
    int8range(landlord_id, landlord_id, '[]') WITH &&,
    daterange(starts_on, ends_on + 1) WITH &&
);
CREATE FUNCTION directory_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was declared is ended, never changed nor erased' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER directory_board_never_goes BEFORE DELETE ON directory_boardmandate
    FOR EACH ROW EXECUTE FUNCTION directory_keeps();
CREATE TRIGGER directory_board_stays BEFORE UPDATE ON directory_boardmandate
    FOR EACH ROW WHEN ((NEW.person_id, NEW.organisation_id, NEW.role, NEW.starts_on)
                       IS DISTINCT FROM (OLD.person_id, OLD.organisation_id, OLD.role, OLD.starts_on))
    EXECUTE FUNCTION directory_keeps();
CREATE TRIGGER directory_group_never_goes BEFORE DELETE ON directory_groupmember
    FOR EACH ROW EXECUTE FUNCTION directory_keeps();
CREATE TRIGGER directory_group_stays BEFORE UPDATE ON directory_groupmember
    FOR EACH ROW WHEN ((NEW.group_id, NEW.landlord_id, NEW.starts_on)
                       IS DISTINCT FROM (OLD.group_id, OLD.landlord_id, OLD.starts_on))
    EXECUTE FUNCTION directory_keeps();
"""
RELEASE = """
DROP TRIGGER directory_group_stays ON directory_groupmember;
DROP TRIGGER directory_group_never_goes ON directory_groupmember;
DROP TRIGGER directory_board_stays ON directory_boardmandate;
DROP TRIGGER directory_board_never_goes ON directory_boardmandate;
DROP FUNCTION directory_keeps();
ALTER TABLE directory_groupmember DROP CONSTRAINT group_member_no_overlap;
ALTER TABLE directory_boardmandate DROP CONSTRAINT board_mandate_no_overlap;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0004_address"),
    ]

    operations = [
        migrations.CreateModel(
            name="Group",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=160, unique=True, verbose_name="nom")),
                ("plain_name", models.CharField(db_index=True, max_length=200)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="BoardMandate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=80, verbose_name="fonction")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("declared_at", models.DateTimeField()),
                (
                    "declared_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="board_mandates", to="directory.organisation"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="board_mandates", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True),
                            (
                                "ends_on__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("starts_on"), "-", models.Value(dt.timedelta(days=1))
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="board_mandate_dates",
                    ),
                    models.CheckConstraint(condition=models.Q(("role", ""), _negated=True), name="board_mandate_role"),
                ],
            },
        ),
        migrations.CreateModel(
            name="GroupMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="members", to="directory.group"
                    ),
                ),
                (
                    "landlord",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="groups", to="directory.landlord"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True),
                            (
                                "ends_on__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("starts_on"), "-", models.Value(dt.timedelta(days=1))
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="group_member_dates",
                    )
                ],
            },
        ),
        migrations.RunSQL(HOLD, RELEASE),
    ]
