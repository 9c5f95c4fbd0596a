"""The triggers that keep what tenants' representatives said."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION consultation_voice_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a voice is never removed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.round_id, NEW.association_id) IS DISTINCT FROM (OLD.id, OLD.round_id, OLD.association_id)
       OR (OLD.sent_at IS NOT NULL AND NEW.sent_at IS DISTINCT FROM OLD.sent_at)
       OR (OLD.read_at IS NOT NULL AND NEW.read_at IS DISTINCT FROM OLD.read_at)
       OR (OLD.answered_at IS NOT NULL AND (NEW.opinion, NEW.text, NEW.person_id, NEW.answered_at)
           IS DISTINCT FROM (OLD.opinion, OLD.text, OLD.person_id, OLD.answered_at))
    THEN
        RAISE EXCEPTION 'a voice once given never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consultation_voice_stays BEFORE UPDATE OR DELETE ON consultation_voice
    FOR EACH ROW EXECUTE FUNCTION consultation_voice_stays();

CREATE FUNCTION consultation_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was sent and said is never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER consultation_reminder_stays BEFORE UPDATE OR DELETE ON consultation_reminder
    FOR EACH ROW EXECUTE FUNCTION consultation_refuses();
CREATE TRIGGER consultation_reply_stays BEFORE UPDATE OR DELETE ON consultation_reply
    FOR EACH ROW EXECUTE FUNCTION consultation_refuses();
CREATE TRIGGER consultation_shared_stays BEFORE UPDATE OR DELETE ON consultation_shareddocument
    FOR EACH ROW EXECUTE FUNCTION consultation_refuses();
CREATE TRIGGER consultation_round_stays BEFORE DELETE ON consultation_round
    FOR EACH ROW EXECUTE FUNCTION consultation_refuses();
CREATE TRIGGER consultation_meeting_stays BEFORE DELETE ON consultation_meeting
    FOR EACH ROW EXECUTE FUNCTION consultation_refuses();

CREATE FUNCTION consultation_meeting_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.withdrawn_at IS NOT NULL
       OR (NEW.round_id, NEW.body, NEW.held_on, NEW.tenants, NEW.minutes_id, NEW.note, NEW.recorded_at, NEW.recorded_by_id)
          IS DISTINCT FROM
          (OLD.round_id, OLD.body, OLD.held_on, OLD.tenants, OLD.minutes_id, OLD.note, OLD.recorded_at, OLD.recorded_by_id)
    THEN
        RAISE EXCEPTION 'a recorded meeting can only be withdrawn' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consultation_meeting_keeps BEFORE UPDATE ON consultation_meeting
    FOR EACH ROW EXECUTE FUNCTION consultation_meeting_keeps();
"""
RELEASE = """
DROP TRIGGER consultation_voice_stays ON consultation_voice;
DROP TRIGGER consultation_reminder_stays ON consultation_reminder;
DROP TRIGGER consultation_reply_stays ON consultation_reply;
DROP TRIGGER consultation_shared_stays ON consultation_shareddocument;
DROP TRIGGER consultation_round_stays ON consultation_round;
DROP TRIGGER consultation_meeting_stays ON consultation_meeting;
DROP TRIGGER consultation_meeting_keeps ON consultation_meeting;
DROP FUNCTION consultation_voice_stays();
DROP FUNCTION consultation_refuses();
DROP FUNCTION consultation_meeting_keeps();
"""


class Migration(migrations.Migration):
    """What was said stays, in the database itself."""

    dependencies = [("consultation", "0001_initial")]
    operations = [migrations.RunSQL(PROTECT, RELEASE)]
