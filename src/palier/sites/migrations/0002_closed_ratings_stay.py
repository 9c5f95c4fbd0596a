"""The trigger that refuses to change the ratings of a closed campaign."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION sites_rating_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.campaign_id ELSE NEW.campaign_id END;
BEGIN
    IF EXISTS (SELECT 1 FROM sites_ratingcampaign WHERE closed_at IS NOT NULL
               AND id IN (touched, CASE WHEN TG_OP = 'UPDATE' THEN OLD.campaign_id END)) THEN
        RAISE EXCEPTION 'the ratings of a closed campaign stay as they are' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER sites_closed_ratings_stay BEFORE INSERT OR UPDATE OR DELETE ON sites_siterating
    FOR EACH ROW EXECUTE FUNCTION sites_rating_refuses();
"""
RELEASE = """
DROP TRIGGER sites_closed_ratings_stay ON sites_siterating;
DROP FUNCTION sites_rating_refuses();
"""


class Migration(migrations.Migration):
    """Closed ratings stay in the database itself."""

    dependencies = [("sites", "0001_initial")]
    operations = [migrations.RunSQL(PROTECT, RELEASE)]
