"""Connections get environments, OAuth2 tokens and a rate; effects know which environment they go by."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def make_live(apps, schema_editor):
    """Each connection's address and secret become its environment "live"."""
    Connection = apps.get_model("flows", "Connection")
    Environment = apps.get_model("flows", "ConnectionEnvironment")
    for row in Connection.objects.order_by("pk").iterator():
        Environment.objects.create(
            connection=row,
            name="live",
            base_url=row.base_url,
            settings=row.settings,
            secret_name=row.secret_name,
            allow=row.allow,
        )


def give_back(apps, schema_editor):
    """The live address and secret go back to their connection; the other environments are lost."""
    Environment = apps.get_model("flows", "ConnectionEnvironment")
    for place in Environment.objects.filter(name="live").select_related("connection").order_by("pk"):
        row = place.connection
        row.base_url, row.settings, row.allow = place.base_url, place.settings, place.allow
        row.secret_name = place.secret_name
        row.save()


class Migration(migrations.Migration):

    dependencies = [
        ('flows', '0007_trigger_firings'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ConnectionEnvironment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=20, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9_-]{0,19}$')])),
                ('base_url', models.URLField(blank=True, max_length=500)),
                ('settings', models.JSONField(default=dict)),
                ('secret_name', models.CharField(blank=True, max_length=140)),
                ('secret_facts', models.JSONField(default=dict)),
                ('allow', models.JSONField(default=list)),
                ('trust', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['connection', 'name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ConnectionPace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('requests', models.PositiveIntegerField()),
                ('per_s', models.FloatField()),
                ('left_at', models.JSONField(default=list)),
                ('opens_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['environment'],
            },
        ),
        migrations.CreateModel(
            name='ConnectionToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('access', models.TextField(blank=True)),
                ('refresh', models.TextField(blank=True)),
                ('obtained_at', models.DateTimeField(null=True)),
                ('renew_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('refresh_expires_at', models.DateTimeField(null=True)),
                ('renewing_until', models.DateTimeField(null=True)),
                ('failed_at', models.DateTimeField(null=True)),
                ('failing_since', models.DateTimeField(null=True)),
                ('failure', models.JSONField(null=True)),
            ],
            options={
                'ordering': ['environment'],
            },
        ),
        migrations.AddField(
            model_name='connection',
            name='created_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='connection',
            name='rate',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='effect',
            name='environment_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='is_test',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name='connection',
            name='kind',
            field=models.CharField(default='none', max_length=30),
        ),
        migrations.AddIndex(
            model_name='effect',
            index=models.Index(condition=models.Q(('environment_id__isnull', False)), fields=['environment_id', '-planned_at'], name='effect_by_environment'),
        ),
        migrations.AddField(
            model_name='connectionenvironment',
            name='connection',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='environments', to='flows.connection'),
        ),
        migrations.AddField(
            model_name='connectionpace',
            name='environment',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='pace', to='flows.connectionenvironment'),
        ),
        migrations.AddField(
            model_name='connectiontoken',
            name='environment',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='token', to='flows.connectionenvironment'),
        ),
        migrations.AddConstraint(
            model_name='connectionenvironment',
            constraint=models.UniqueConstraint(fields=('connection', 'name'), name='connection_environment_once'),
        ),
        migrations.AddConstraint(
            model_name='connectionpace',
            constraint=models.CheckConstraint(condition=models.Q(('per_s__gt', 0), ('requests__gte', 1)), name='pace_is_some'),
        ),
        migrations.AddIndex(
            model_name='connectiontoken',
            index=models.Index(fields=['renew_at'], name='token_due'),
        ),
        migrations.RunPython(make_live, give_back),
    ]
