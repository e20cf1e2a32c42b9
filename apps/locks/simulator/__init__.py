"""A stand-in for the TTLock lock cloud and the locks behind it, spoken to over real HTTP.

It imports nothing from the rest of the project. ``SimulatorServer`` starts it in a thread,
``manage.py ttlock_simulator`` on its own.
"""

from apps.locks.simulator.app import create_app
from apps.locks.simulator.fault_plan import FaultPlan
from apps.locks.simulator.server import SimulatorServer
from apps.locks.simulator.simulator import Simulator, SimulatorSettings

__all__ = ["FaultPlan", "Simulator", "SimulatorServer", "SimulatorSettings", "create_app"]
