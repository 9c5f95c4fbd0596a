"""What the database holds by itself: a published version never changes and never goes."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION questionnaires_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% never changes', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER questionnaires_version_stays BEFORE UPDATE OR DELETE ON questionnaires_questionnaireversion
    FOR EACH ROW EXECUTE FUNCTION questionnaires_never_changes();
"""
RELEASE = """
DROP TRIGGER questionnaires_version_stays ON questionnaires_questionnaireversion;
DROP FUNCTION questionnaires_never_changes();
"""


class Migration(migrations.Migration):
    """Trigger."""

    dependencies = [("questionnaires", "0001_initial")]
    operations = [migrations.RunSQL(PROTECT, RELEASE)]
