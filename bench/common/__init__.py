"""What every bench stands on: processes of its own, figures, and one way to show them."""

from bench.common.errors import BenchFailed
from bench.common.figures import Aim, Figure, Floor, Report, Row, percentile, said, timed
from bench.common.processes import EmbeddedHouse, LockCloud, free_port, new_directory
from bench.common.production import ProductionHouse
from bench.common.results import print_report, save_report

__all__ = [
    "Aim",
    "BenchFailed",
    "EmbeddedHouse",
    "Figure",
    "Floor",
    "LockCloud",
    "ProductionHouse",
    "Report",
    "Row",
    "free_port",
    "new_directory",
    "percentile",
    "print_report",
    "said",
    "save_report",
    "timed",
]
