"""The flows app."""

from django.apps import AppConfig


class FlowsConfig(AppConfig):
    """Designing and running flows."""

    name = "flows"
    verbose_name = "Flows"
