"""What the database holds by itself: versions never change, every former text stays, a closed assessment takes no answer."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION frameworks_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% never changes', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER frameworks_version_stays BEFORE UPDATE OR DELETE ON frameworks_frameworkversion
    FOR EACH ROW EXECUTE FUNCTION frameworks_never_changes();
CREATE TRIGGER frameworks_revision_stays BEFORE UPDATE OR DELETE ON frameworks_answerrevision
    FOR EACH ROW EXECUTE FUNCTION frameworks_never_changes();

CREATE FUNCTION frameworks_answer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an answer is never removed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (SELECT status FROM frameworks_assessment WHERE id = NEW.assessment_id) IS DISTINCT FROM 'open' THEN
        RAISE EXCEPTION 'the assessment is closed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.assessment_id, NEW.criterion) IS DISTINCT FROM (OLD.assessment_id, OLD.criterion)
           OR NEW.revision <> OLD.revision + 1 THEN
            RAISE EXCEPTION 'an answer goes from one revision to the next' USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.revision > 0 THEN
            INSERT INTO frameworks_answerrevision (answer_id, revision, value, not_applicable, justification, by_id, at)
            VALUES (OLD.id, OLD.revision, OLD.value, OLD.not_applicable, OLD.justification, OLD.by_id, OLD.at);
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER frameworks_answer_guard BEFORE INSERT OR UPDATE OR DELETE ON frameworks_answer
    FOR EACH ROW EXECUTE FUNCTION frameworks_answer_guard();

CREATE FUNCTION frameworks_evidence_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'evidence is attached or detached, never moved' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (SELECT s.status FROM frameworks_assessment s JOIN frameworks_answer a ON a.assessment_id = s.id
        WHERE a.id = CASE TG_OP WHEN 'DELETE' THEN OLD.answer_id ELSE NEW.answer_id END) IS DISTINCT FROM 'open' THEN
        RAISE EXCEPTION 'the assessment is closed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER frameworks_evidence_guard BEFORE INSERT OR UPDATE OR DELETE ON frameworks_answerevidence
    FOR EACH ROW EXECUTE FUNCTION frameworks_evidence_guard();
"""
RELEASE = """
DROP TRIGGER frameworks_version_stays ON frameworks_frameworkversion;
DROP TRIGGER frameworks_revision_stays ON frameworks_answerrevision;
DROP TRIGGER frameworks_answer_guard ON frameworks_answer;
DROP TRIGGER frameworks_evidence_guard ON frameworks_answerevidence;
DROP FUNCTION frameworks_never_changes();
DROP FUNCTION frameworks_answer_guard();
DROP FUNCTION frameworks_evidence_guard();
"""


class Migration(migrations.Migration):
    """Triggers."""

    dependencies = [("frameworks", "0001_initial")]
    operations = [migrations.RunSQL(PROTECT, RELEASE)]
