"""A frozen plan takes actions dated after its freeze; those it had, and its additions once made, stay as they are."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION plans_is_addition(bigint, timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT state = 'frozen' AND $2 > frozen_at FROM plans_plan WHERE id = $1
$$;

CREATE OR REPLACE FUNCTION plans_action_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an action is dropped, never removed' USING ERRCODE = 'restrict_violation';
    ELSIF TG_OP = 'INSERT' THEN
        IF plans_is_frozen(NEW.plan_id) AND NOT plans_is_addition(NEW.plan_id, NEW.added_at) THEN
            RAISE EXCEPTION 'the plan is frozen' USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF NEW.plan_id <> OLD.plan_id OR NEW.code <> OLD.code OR (plans_is_frozen(OLD.plan_id) AND
        (NEW.title, NEW.description, NEW.theme, NEW.scope, NEW.nature, NEW.responsibility,
         NEW.lever, NEW.starts_on, NEW.due_on, NEW.budget, NEW.funding, NEW.tfpb_axis, NEW.ordinary,
         NEW.indicator, NEW.unit, NEW.direction, NEW.baseline, NEW.baseline_on, NEW.target, NEW.target_on, NEW.added_at)
        IS DISTINCT FROM
        (OLD.title, OLD.description, OLD.theme, OLD.scope, OLD.nature, OLD.responsibility,
         OLD.lever, OLD.starts_on, OLD.due_on, OLD.budget, OLD.funding, OLD.tfpb_axis, OLD.ordinary,
         OLD.indicator, OLD.unit, OLD.direction, OLD.baseline, OLD.baseline_on, OLD.target, OLD.target_on, OLD.added_at))
    THEN
        RAISE EXCEPTION 'the plan is frozen' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION plans_link_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM plans_action a JOIN plans_plan p ON p.id = a.plan_id
               WHERE p.state = 'frozen' AND a.id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.action_id END,
                                                     CASE WHEN TG_OP <> 'DELETE' THEN NEW.action_id END)
                 AND NOT (TG_OP = 'INSERT' AND plans_is_addition(p.id, a.added_at)))
    THEN
        RAISE EXCEPTION 'the plan is frozen' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""


class Migration(migrations.Migration):
    """Additions to a frozen plan, held by the database itself."""

    dependencies = [("plans", "0004_conditions")]
    operations = [migrations.RunSQL(PROTECT, migrations.RunSQL.noop)]
