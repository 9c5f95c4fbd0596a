"""The triggers that keep a frozen plan, its snapshots and its measures as they are."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION plans_is_frozen(bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT state = 'frozen' FROM plans_plan WHERE id = $1
$$;

CREATE FUNCTION plans_action_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    frozen boolean := plans_is_frozen(CASE WHEN TG_OP = 'INSERT' THEN NEW.plan_id ELSE OLD.plan_id END);
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an action is dropped, never removed' USING ERRCODE = 'restrict_violation';
    ELSIF TG_OP = 'INSERT' THEN
        IF frozen THEN
            RAISE EXCEPTION 'the plan is frozen' USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF NEW.plan_id <> OLD.plan_id OR NEW.code <> OLD.code OR (frozen AND
        (NEW.title, NEW.description, NEW.theme, NEW.scope, NEW.nature, NEW.responsibility, NEW.lever,
         NEW.starts_on, NEW.due_on, NEW.budget, NEW.funding, NEW.tfpb_axis, NEW.ordinary, NEW.indicator, NEW.unit,
         NEW.direction, NEW.baseline, NEW.baseline_on, NEW.target, NEW.target_on)
        IS DISTINCT FROM
        (OLD.title, OLD.description, OLD.theme, OLD.scope, OLD.nature, OLD.responsibility, OLD.lever,
         OLD.starts_on, OLD.due_on, OLD.budget, OLD.funding, OLD.tfpb_axis, OLD.ordinary, OLD.indicator, OLD.unit,
         OLD.direction, OLD.baseline, OLD.baseline_on, OLD.target, OLD.target_on))
    THEN
        RAISE EXCEPTION 'the plan is frozen' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plans_action_stays BEFORE INSERT OR UPDATE OR DELETE ON plans_action
    FOR EACH ROW EXECUTE FUNCTION plans_action_stays();

CREATE FUNCTION plans_recommendation_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a recommendation is followed or refused, never removed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.plan_id, NEW.code, NEW.title, NEW.text, NEW.theme, NEW.source, NEW.source_id, NEW.added_at)
       IS DISTINCT FROM
       (OLD.id, OLD.plan_id, OLD.code, OLD.title, OLD.text, OLD.theme, OLD.source, OLD.source_id, OLD.added_at)
    THEN
        RAISE EXCEPTION 'a recommendation is not rewritten' USING ERRCODE = 'restrict_violation';
    END IF;
    IF plans_is_frozen(OLD.plan_id) THEN
        RAISE EXCEPTION 'the plan is frozen' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plans_recommendation_stays BEFORE UPDATE OR DELETE ON plans_recommendation
    FOR EACH ROW EXECUTE FUNCTION plans_recommendation_stays();

CREATE FUNCTION plans_link_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM plans_action a JOIN plans_plan p ON p.id = a.plan_id
               WHERE p.state = 'frozen' AND a.id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.action_id END,
                                                     CASE WHEN TG_OP <> 'DELETE' THEN NEW.action_id END))
    THEN
        RAISE EXCEPTION 'the plan is frozen' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER plans_trace_stays BEFORE INSERT OR UPDATE OR DELETE ON plans_trace
    FOR EACH ROW EXECUTE FUNCTION plans_link_stays();
CREATE TRIGGER plans_site_stays BEFORE INSERT OR UPDATE OR DELETE ON plans_actionsite
    FOR EACH ROW EXECUTE FUNCTION plans_link_stays();

CREATE FUNCTION plans_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was frozen or measured is never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER plans_snapshot_stays BEFORE UPDATE OR DELETE ON plans_snapshot
    FOR EACH ROW EXECUTE FUNCTION plans_refuses();
CREATE TRIGGER plans_measure_stays BEFORE UPDATE OR DELETE ON plans_measure
    FOR EACH ROW EXECUTE FUNCTION plans_refuses();
"""
RELEASE = """
DROP TRIGGER plans_action_stays ON plans_action;
DROP TRIGGER plans_recommendation_stays ON plans_recommendation;
DROP TRIGGER plans_trace_stays ON plans_trace;
DROP TRIGGER plans_site_stays ON plans_actionsite;
DROP TRIGGER plans_snapshot_stays ON plans_snapshot;
DROP TRIGGER plans_measure_stays ON plans_measure;
DROP FUNCTION plans_action_stays();
DROP FUNCTION plans_recommendation_stays();
DROP FUNCTION plans_link_stays();
DROP FUNCTION plans_refuses();
DROP FUNCTION plans_is_frozen(bigint);
"""


class Migration(migrations.Migration):
    """A frozen plan stays, in the database itself."""

    dependencies = [("plans", "0001_initial")]
    operations = [migrations.RunSQL(PROTECT, RELEASE)]
