"""The cases app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate

from cases.queue_triggers import after_migrations, before_migrations


class CasesConfig(AppConfig):
    """Cases and human work."""

    name = "cases"
    label = "cases"
    verbose_name = "Cases"

    def ready(self) -> None:
        """Lays the triggers of the queue around migrations."""
        pre_migrate.connect(before_migrations, sender=self)
        post_migrate.connect(after_migrations, sender=self)
