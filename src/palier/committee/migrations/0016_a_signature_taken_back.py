"""A signature under a voiding may be taken back, once; nothing else of it ever changes."""

from django.db import migrations, models

BACK = """
DROP TRIGGER committee_voiding_stays ON committee_voiding;
CREATE TRIGGER committee_voiding_stays BEFORE UPDATE ON committee_voiding
    FOR EACH ROW WHEN (OLD.taken_back_at IS NOT NULL OR (NEW.poll_id, NEW.by_id, NEW.because, NEW.at)
                       IS DISTINCT FROM (OLD.poll_id, OLD.by_id, OLD.because, OLD.at))
    EXECUTE FUNCTION committee_refuses();
CREATE TRIGGER committee_voiding_never_goes BEFORE DELETE ON committee_voiding
    FOR EACH ROW EXECUTE FUNCTION committee_refuses();
"""
STAYS = """
DROP TRIGGER committee_voiding_never_goes ON committee_voiding;
DROP TRIGGER committee_voiding_stays ON committee_voiding;
CREATE TRIGGER committee_voiding_stays BEFORE UPDATE OR DELETE ON committee_voiding
    FOR EACH ROW EXECUTE FUNCTION committee_refuses();
"""


class Migration(migrations.Migration):
    dependencies = [("committee", "0015_who_comes_back")]
    operations = [
        migrations.AddField("voiding", "taken_back_at", models.DateTimeField(null=True)),
        migrations.RemoveConstraint("voiding", "voiding_once_a_person"),
        migrations.AddConstraint(
            "voiding",
            models.UniqueConstraint(
                fields=["poll", "by"], condition=models.Q(taken_back_at__isnull=True), name="voiding_once_a_person"
            ),
        ),
        migrations.RunSQL(BACK, STAYS),
    ]
