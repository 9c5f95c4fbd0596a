from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surveys", "0003_events_and_erasure")]

    operations = [
        migrations.AddField(
            model_name="fieldterms",
            name="return_address",
            field=models.CharField(
                blank=True, default="", max_length=200, verbose_name="adresse de retour des questionnaires papier"
            ),
        ),
    ]
