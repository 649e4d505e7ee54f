"""The timers app."""

from django.apps import AppConfig


class TimersConfig(AppConfig):
    """Due rows and their firing."""

    name = "integrator.timers"
    label = "timers"
