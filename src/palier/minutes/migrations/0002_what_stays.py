"""What the database itself holds: what was approved, what was signed, what was said of it, and its copies."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION minutes_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'minutes that were approved, and what was said of them, never change' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER minutes_signed_stay BEFORE UPDATE ON minutes_minutes
    FOR EACH ROW WHEN (OLD.signed_at IS NOT NULL) EXECUTE FUNCTION minutes_refuses();
CREATE TRIGGER minutes_approved_stay BEFORE UPDATE ON minutes_minutes
    FOR EACH ROW WHEN (OLD.approved_at IS NOT NULL AND
        (NEW.session_id, NEW.number, NEW.preamble, NEW.drafted_at, NEW.drafted_by_id, NEW.sent_at, NEW.approved_at,
         NEW.approved_by_id, NEW.approved_in_id, NEW.content, NEW.replaces_id, NEW.because)
        IS DISTINCT FROM
        (OLD.session_id, OLD.number, OLD.preamble, OLD.drafted_at, OLD.drafted_by_id, OLD.sent_at, OLD.approved_at,
         OLD.approved_by_id, OLD.approved_in_id, OLD.content, OLD.replaces_id, OLD.because)
    ) EXECUTE FUNCTION minutes_refuses();
CREATE TRIGGER minutes_never_go BEFORE DELETE ON minutes_minutes
    FOR EACH ROW EXECUTE FUNCTION minutes_refuses();

CREATE FUNCTION minutes_not_approved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    added record;
BEGIN
    added := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    PERFORM 1 FROM minutes_minutes WHERE id = added.minutes_id AND approved_at IS NOT NULL FOR SHARE;
    IF FOUND THEN
        RAISE EXCEPTION 'nothing is added to approved minutes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN added;
END $$;
CREATE TRIGGER minutes_debate_before_approval BEFORE INSERT OR UPDATE OR DELETE ON minutes_debate
    FOR EACH ROW EXECUTE FUNCTION minutes_not_approved();
CREATE TRIGGER minutes_comment_before_approval BEFORE INSERT OR UPDATE ON minutes_comment
    FOR EACH ROW EXECUTE FUNCTION minutes_not_approved();
CREATE TRIGGER minutes_comment_stays BEFORE UPDATE ON minutes_comment
    FOR EACH ROW WHEN (OLD.answered_at IS NOT NULL OR (NEW.minutes_id, NEW.item_id, NEW.by_id, NEW.text, NEW.at)
                       IS DISTINCT FROM (OLD.minutes_id, OLD.item_id, OLD.by_id, OLD.text, OLD.at))
    EXECUTE FUNCTION minutes_refuses();
CREATE TRIGGER minutes_comment_never_goes BEFORE DELETE ON minutes_comment
    FOR EACH ROW EXECUTE FUNCTION minutes_refuses();
CREATE TRIGGER minutes_copy_stays BEFORE UPDATE ON minutes_copy
    FOR EACH ROW WHEN (OLD.sealed_at IS NOT NULL OR (NEW.minutes_id, NEW.withheld, NEW.content, NEW.digest, NEW.entry)
                       IS DISTINCT FROM (OLD.minutes_id, OLD.withheld, OLD.content, OLD.digest, OLD.entry))
    EXECUTE FUNCTION minutes_refuses();
CREATE TRIGGER minutes_copy_never_goes BEFORE DELETE ON minutes_copy
    FOR EACH ROW EXECUTE FUNCTION minutes_refuses();
"""
RELEASE = """
DROP TRIGGER minutes_copy_never_goes ON minutes_copy; DROP TRIGGER minutes_copy_stays ON minutes_copy;
DROP TRIGGER minutes_comment_never_goes ON minutes_comment; DROP TRIGGER minutes_comment_stays ON minutes_comment;
DROP TRIGGER minutes_comment_before_approval ON minutes_comment; DROP TRIGGER minutes_debate_before_approval ON minutes_debate;
DROP FUNCTION minutes_not_approved();
DROP TRIGGER minutes_never_go ON minutes_minutes; DROP TRIGGER minutes_approved_stay ON minutes_minutes;
DROP TRIGGER minutes_signed_stay ON minutes_minutes; DROP FUNCTION minutes_refuses();
"""


class Migration(migrations.Migration):
    """Held by the database itself."""

    dependencies = [("minutes", "0001_initial")]
    operations = [migrations.RunSQL(PROTECT, RELEASE)]
