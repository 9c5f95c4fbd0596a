"""The trigger that refuses to change or remove a version."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION documents_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a version of a document never changes' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER documents_version_stays BEFORE UPDATE OR DELETE ON documents_version
    FOR EACH ROW EXECUTE FUNCTION documents_version_stays();
"""
RELEASE = """
DROP TRIGGER documents_version_stays ON documents_version;
DROP FUNCTION documents_version_stays();
"""


class Migration(migrations.Migration):
    """A version is immutable in the database itself."""

    dependencies = [("documents", "0001_initial")]
    operations = [migrations.RunSQL(PROTECT, RELEASE)]
