"""The triggers that refuse to change or take away what was published."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION comparison_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was published stays as it is' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER comparison_publication_stays BEFORE UPDATE OR DELETE ON comparison_publication
    FOR EACH ROW EXECUTE FUNCTION comparison_refuses();
CREATE TRIGGER comparison_own_figure_stays BEFORE UPDATE OR DELETE ON comparison_ownfigure
    FOR EACH ROW EXECUTE FUNCTION comparison_refuses();
CREATE TRIGGER comparison_site_count_stays BEFORE UPDATE OR DELETE ON comparison_sitecount
    FOR EACH ROW EXECUTE FUNCTION comparison_refuses();
"""
RELEASE = """
DROP TRIGGER comparison_publication_stays ON comparison_publication;
DROP TRIGGER comparison_own_figure_stays ON comparison_ownfigure;
DROP TRIGGER comparison_site_count_stays ON comparison_sitecount;
DROP FUNCTION comparison_refuses();
"""


class Migration(migrations.Migration):
    """Published figures stay in the database itself."""

    dependencies = [("comparison", "0001_initial")]
    operations = [migrations.RunSQL(PROTECT, RELEASE)]
