"""A milestone keeps the whole of what it says: a landlord's observations are longer than a line."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """``detail`` without a limit."""

    dependencies = [("label", "0002_what_stays")]
    operations = [migrations.AlterField("reached", "detail", models.TextField(blank=True))]
