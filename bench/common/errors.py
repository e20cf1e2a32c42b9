"""Why a bench has no figures."""


class BenchFailed(Exception):
    """The product did something wrong while it was measured; figures would mean nothing."""
