"""Whether a clock's time comes of a date that somebody set: no policy shortens or lengthens it then, stopped or not."""

from django.db import migrations, models
from django.db.models import Q

SAID = "The step says when it is due."  # the first words of such a clock's ledger


def find_promised(apps, schema_editor):
    """Open clocks that have a promise, or had one before they stood."""
    begun = apps.get_model("cases", "SlaEntry").objects.filter(what="started", why__startswith=SAID)
    clocks = apps.get_model("cases", "SlaClock").objects.filter(ended_at__isnull=True)
    clocks.filter(Q(promised_at__isnull=False) | Q(pk__in=begun.values("clock"))).update(is_promised=True)


class Migration(migrations.Migration):
    dependencies = [("cases", "0020_task_released")]

    operations = [
        migrations.AddField(
            model_name="slaclock", name="is_promised", field=models.BooleanField(db_default=False, default=False)
        ),
        migrations.RunPython(find_promised, migrations.RunPython.noop),
    ]
