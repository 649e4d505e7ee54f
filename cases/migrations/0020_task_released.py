"""When a task was last open again to all who are asked: it is new in their inboxes then."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0019_decided_teams")]

    operations = [
        migrations.AddField(
            model_name="task", name="released_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("released_at__isnull", False)), fields=["released_at"], name="task_released"
            ),
        ),
    ]
