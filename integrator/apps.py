"""The platform's own app: system checks and commands."""

from django.apps import AppConfig


class IntegratorConfig(AppConfig):
    """Holds what belongs to no single app."""

    name = "integrator"
    label = "integrator"
    verbose_name = "Integrator"

    def ready(self) -> None:
        """Make our Celery app the one that jobs belong to, in web processes too: else a bell rings at nobody's door."""
        import integrator.celery  # noqa: F401  # lazy: reads the settings
        from integrator.checks import register_checks  # lazy: reads the settings

        register_checks()
