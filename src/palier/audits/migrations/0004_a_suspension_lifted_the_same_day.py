import datetime as dt

import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audits", "0003_a_request_withdrawn")]

    operations = [
        migrations.RemoveConstraint(model_name="suspension", name="suspension_dates"),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on__isnull", True),
                    (
                        "ends_on__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("starts_on"), "-", models.Value(dt.timedelta(days=1))
                        ),
                    ),
                    _connector="OR",
                ),
                name="suspension_dates",
            ),
        ),
    ]
