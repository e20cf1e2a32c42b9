"""What every bench stands on: processes of its own, figures, and one way to show them."""

from bench.common.curves import Curve, table_of
from bench.common.errors import BenchFailed
from bench.common.figures import Aim, Figure, Floor, Report, Row, Table, percentile, said, timed
from bench.common.processes import EmbeddedHouse, LockCloud, free_port, new_directory
from bench.common.production import ProductionHouse
from bench.common.results import print_report, save_report

__all__ = [
    "Aim",
    "BenchFailed",
    "Curve",
    "EmbeddedHouse",
    "Figure",
    "Floor",
    "LockCloud",
    "ProductionHouse",
    "Report",
    "Row",
    "Table",
    "free_port",
    "new_directory",
    "percentile",
    "print_report",
    "said",
    "save_report",
    "table_of",
    "timed",
]
