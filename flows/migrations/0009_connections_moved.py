"""What was moved to the environments leaves the connections: apart, since rows written before bar this change."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('flows', '0008_connections'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='connection',
            name='allow',
        ),
        migrations.RemoveField(
            model_name='connection',
            name='base_url',
        ),
        migrations.RemoveField(
            model_name='connection',
            name='secret_name',
        ),
        migrations.RemoveField(
            model_name='connection',
            name='settings',
        ),
    ]
