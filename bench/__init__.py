"""Measurements of the running product, each beside the least that it could take."""
