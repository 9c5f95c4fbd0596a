"""Accreditations that never overlap; approved reports, and all they are made of, that never change.

Without btree_gist (the embedded PostgreSQL has no extension), equality is written as ranges of one value that overlap.
"""

from django.db import migrations

NO_OVERLAP = """
ALTER TABLE audits_accreditation ADD CONSTRAINT accreditation_no_overlap EXCLUDE USING gist (
    int8range(person_id, person_id, '[]') WITH &&,
    daterange(starts_on, ends_on, '[]') WITH &&
) WHERE (withdrawn_on IS NULL);
ALTER TABLE audits_suspension ADD CONSTRAINT suspension_no_overlap EXCLUDE USING gist (
    int8range(accreditation_id, accreditation_id, '[]') WITH &&,
    daterange(starts_on, ends_on + 1) WITH &&
);
"""
OVERLAP = """
ALTER TABLE audits_accreditation DROP CONSTRAINT accreditation_no_overlap;
ALTER TABLE audits_suspension DROP CONSTRAINT suspension_no_overlap;
"""

# What a report is made of, and how the mission of a row is found.
PARTS = {
    "audits_planitem": "{row}.mission_id",
    "audits_documentrequest": "{row}.mission_id",
    "audits_finding": "{row}.mission_id",
    "audits_findingevidence": "(SELECT mission_id FROM audits_finding WHERE id = {row}.finding_id)",
    "audits_recommendation": "{row}.mission_id",
    "audits_recommendationbasis": "(SELECT mission_id FROM audits_recommendation WHERE id = {row}.recommendation_id)",
    "audits_sitecheck": "{row}.mission_id",
    "audits_actioncheck": "{row}.mission_id",
    "audits_remark": "{row}.mission_id",
}
_PART = """
CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND EXISTS (
        SELECT 1 FROM audits_report WHERE approved_at IS NOT NULL AND mission_id = {old}
    ) OR TG_OP <> 'DELETE' AND EXISTS (
        SELECT 1 FROM audits_report WHERE approved_at IS NOT NULL AND mission_id = {new}
    ) THEN
        RAISE EXCEPTION 'an approved report never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER {table}_frozen BEFORE INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_frozen();
"""
_WHOLE = """
CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {frozen} THEN
        RAISE EXCEPTION 'an approved report never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_frozen();
"""
WHOLES = {"audits_report": "OLD.approved_at IS NOT NULL", "audits_mission": "OLD.state = 'approved'"}
_RELEASE = "DROP TRIGGER {table}_frozen ON {table}; DROP FUNCTION {table}_frozen();"

FREEZE = "".join(_PART.format(table=t, old=m.format(row="OLD"), new=m.format(row="NEW")) for t, m in PARTS.items()) + "".join(
    _WHOLE.format(table=t, frozen=frozen) for t, frozen in WHOLES.items()
)
RELEASE = "".join(_RELEASE.format(table=table) for table in (*PARTS, *WHOLES))


class Migration(migrations.Migration):
    """What holds around Python."""

    dependencies = [("audits", "0001_initial")]
    operations = [migrations.RunSQL(NO_OVERLAP, OVERLAP), migrations.RunSQL(FREEZE, RELEASE)]
