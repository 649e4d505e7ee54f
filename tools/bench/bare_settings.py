"""The product's settings with nothing in front of the one bare view: no middleware, its own addresses."""

from integrator.settings import *  # noqa: F403

MIDDLEWARE = []
SHORT_PATHS = []
ROOT_URLCONF = "tools.bench.bare_urls"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "integrator"]
AUTH_USER_MODEL = "auth.User"
