"""The product's settings, with its statements counted and the floor of its room board."""

from backend.settings import *  # noqa: F403  # these are the settings, and two things more
from backend.settings import MIDDLEWARE as OF_THE_PRODUCT

MIDDLEWARE = ["bench.counting.count_statements", *OF_THE_PRODUCT]
ROOT_URLCONF = "bench.counting"
