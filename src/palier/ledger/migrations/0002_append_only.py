"""The triggers that refuse to change or remove a line."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.content IS NULL AND NEW.salt IS NULL
       AND (NEW.number, NEW.at, NEW.actor_id, NEW.act, NEW.subject_kind, NEW.subject_id, NEW.landlord_id, NEW.audience,
            NEW.commitment, NEW.previous, NEW.digest)
       IS NOT DISTINCT FROM
           (OLD.number, OLD.at, OLD.actor_id, OLD.act, OLD.subject_kind, OLD.subject_id, OLD.landlord_id, OLD.audience,
            OLD.commitment, OLD.previous, OLD.digest)
    THEN
        RETURN NEW;  -- erasing the content is the one change allowed
    END IF;
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_refuses();
CREATE FUNCTION ledger_refuses_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses_truncate();
"""
RELEASE = """
DROP TRIGGER ledger_append_only ON ledger_entry;
DROP TRIGGER ledger_no_truncate ON ledger_entry;
DROP FUNCTION ledger_refuses();
DROP FUNCTION ledger_refuses_truncate();
"""


class Migration(migrations.Migration):
    """Append-only in the database itself."""

    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunSQL(PROTECT, RELEASE)]
