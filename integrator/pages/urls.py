"""Addresses of one's own preferences."""

from django.urls import path

from integrator.pages import views

urlpatterns = [
    path("settings/me/", views.edit_preferences, name="preferences"),
    path("settings/counts/", views.show_counts, name="counts"),
    path("settings/theme/", views.set_theme, name="set-theme"),
]
