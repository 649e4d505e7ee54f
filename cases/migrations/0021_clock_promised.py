"""Clocks know whether their time comes of a date that somebody set."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0020_task_released")]

    operations = [
        migrations.AddField(
            model_name="slaclock", name="is_promised", field=models.BooleanField(db_default=False, default=False)
        )
    ]
