import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audits", "0003_a_request_withdrawn"),
        ("committee", "0011_second_convocation"),
    ]

    operations = [
        migrations.AddField(
            model_name="item",
            name="granted",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="audits.accreditation"
            ),
        ),
    ]
