"""What the database itself holds: the facts of a reading never change, no reading and no incident goes."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION sources_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'readings and incidents stay as they came' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER sources_reading_stays BEFORE UPDATE ON sources_reading
    FOR EACH ROW WHEN (
        (NEW.landlord_id, NEW.residence_id, NEW.indicator, NEW.starts_on, NEW.ends_on, NEW.numerator, NEW.denominator,
         NEW.value, NEW.origin, NEW.intake_id, NEW.at, NEW.by_id)
        IS DISTINCT FROM
        (OLD.landlord_id, OLD.residence_id, OLD.indicator, OLD.starts_on, OLD.ends_on, OLD.numerator, OLD.denominator,
         OLD.value, OLD.origin, OLD.intake_id, OLD.at, OLD.by_id)
        OR OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at
    ) EXECUTE FUNCTION sources_refuses();
CREATE TRIGGER sources_reading_never_goes BEFORE DELETE ON sources_reading
    FOR EACH ROW EXECUTE FUNCTION sources_refuses();
CREATE TRIGGER sources_incident_stays BEFORE UPDATE ON sources_incident
    FOR EACH ROW WHEN (
        (NEW.landlord_id, NEW.residence_id, NEW."on", NEW.kind, NEW.place, NEW.victim, NEW.recurrence, NEW.complaint,
         NEW.reference, NEW.origin, NEW.intake_id, NEW.at, NEW.by_id)
        IS DISTINCT FROM
        (OLD.landlord_id, OLD.residence_id, OLD."on", OLD.kind, OLD.place, OLD.victim, OLD.recurrence, OLD.complaint,
         OLD.reference, OLD.origin, OLD.intake_id, OLD.at, OLD.by_id)
        OR NEW.text <> OLD.text AND NEW.text <> ''
        OR OLD.voided_at IS NOT NULL AND NEW.voided_at IS DISTINCT FROM OLD.voided_at
    ) EXECUTE FUNCTION sources_refuses();
CREATE TRIGGER sources_incident_never_goes BEFORE DELETE ON sources_incident
    FOR EACH ROW EXECUTE FUNCTION sources_refuses();
"""
RELEASE = """
DROP TRIGGER sources_reading_stays ON sources_reading;
DROP TRIGGER sources_reading_never_goes ON sources_reading;
DROP TRIGGER sources_incident_stays ON sources_incident;
DROP TRIGGER sources_incident_never_goes ON sources_incident;
DROP FUNCTION sources_refuses();
"""


class Migration(migrations.Migration):
    """Readings and incidents stay in the database itself."""

    dependencies = [("sources", "0001_initial")]
    operations = [migrations.RunSQL(PROTECT, RELEASE)]
