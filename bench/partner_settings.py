"""The product's settings, with its statements counted and the floors of the partners' doors."""

from bench.counted_settings import *  # noqa: F403  # these are the settings, with other addresses

ROOT_URLCONF = "bench.partner_app"
