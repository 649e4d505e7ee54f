"""The secrets app."""

from django.apps import AppConfig


class SecretsConfig(AppConfig):
    """Encrypted secrets of teams."""

    name = "integrator.secrets"
    label = "secrets"
    verbose_name = "Secrets"
