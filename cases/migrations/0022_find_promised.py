"""Whether a clock's time comes of a date that somebody set: no policy shortens or lengthens it then, stopped or not."""

from django.db import migrations
from django.db.models import Exists, OuterRef, Q

SAID = "The step says when it is due."  # the first words of such a clock's ledger


def find_promised(apps, schema_editor):
    """Open clocks that have a promise, or had one before they stood. In a migration of its own, so that the table is
    not locked while they are looked for."""
    began = apps.get_model("cases", "SlaEntry").objects.filter(clock=OuterRef("pk"), what="started")
    clocks = apps.get_model("cases", "SlaClock").objects.filter(ended_at__isnull=True)
    clocks.filter(Q(promised_at__isnull=False) | Exists(began.filter(why__startswith=SAID))).update(is_promised=True)


class Migration(migrations.Migration):
    dependencies = [("cases", "0021_clock_promised")]

    operations = [migrations.RunPython(find_promised, migrations.RunPython.noop)]
