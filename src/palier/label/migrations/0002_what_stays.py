"""What never changes once written: passages, published rules, delivered notes."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION label_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this line of the label never changes' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER label_passage_stays BEFORE UPDATE OR DELETE ON label_passage
    FOR EACH ROW EXECUTE FUNCTION label_refuses();
CREATE TRIGGER label_rules_stay BEFORE UPDATE OR DELETE ON label_rulesetversion
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION label_refuses();
CREATE TRIGGER label_note_stays BEFORE UPDATE OR DELETE ON label_instructionnote
    FOR EACH ROW WHEN (OLD.delivered_at IS NOT NULL) EXECUTE FUNCTION label_refuses();
"""
RELEASE = """
DROP TRIGGER label_passage_stays ON label_passage;
DROP TRIGGER label_rules_stay ON label_rulesetversion;
DROP TRIGGER label_note_stays ON label_instructionnote;
DROP FUNCTION label_refuses();
"""


class Migration(migrations.Migration):
    """Held by the database itself."""

    dependencies = [("label", "0001_initial")]
    operations = [migrations.RunSQL(PROTECT, RELEASE)]
