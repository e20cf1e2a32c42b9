"""The product's settings with nothing around the view: what Django alone costs."""

from backend.settings import *  # noqa: F403  # a settings module is its names

MIDDLEWARE = []
ROOT_URLCONF = "bench.bare_app"
