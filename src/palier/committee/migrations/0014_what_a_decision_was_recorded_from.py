import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0002_versions_stay"),
        ("committee", "0013_a_label_kept"),
    ]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="document",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.version"
            ),
        ),
    ]
