"""A decision never changes once recorded."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION committee_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a decision never changes' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER committee_decision_stays BEFORE UPDATE OR DELETE ON committee_decision
    FOR EACH ROW EXECUTE FUNCTION committee_refuses();
"""
RELEASE = "DROP TRIGGER committee_decision_stays ON committee_decision; DROP FUNCTION committee_refuses();"


class Migration(migrations.Migration):
    """Held by the database itself."""

    dependencies = [("committee", "0001_initial")]
    operations = [migrations.RunSQL(PROTECT, RELEASE)]
