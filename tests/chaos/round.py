"""One round: a new deployment, load, faults, quiet, and judgement."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.chaos.deployment import Deployment, Size
from tests.chaos.evidence import Evidence, LogPicture, SeatPicture, Verdict
from tests.chaos.facts import Facts
from tests.chaos.faults.kinds import KINDS
from tests.chaos.faults.plan import CALM, LASTS, Trouble, plan_of
from tests.chaos.faults.storm import Done, Storm
from tests.chaos.invariants.table import judge
from tests.chaos.ledger import Ledger, Outcome
from tests.chaos.load.crew import crew_of
from tests.chaos.settling import wait_for_watchers, wait_until_settled
from tests.chaos.watchers import Watchers
from tests.chaos.webhooks import Partner
from tests.chaos.world import House, World

WARM_UP_SECONDS: Final = 3.0
STAYS_A_SECOND: Final = 1.2  # more than any house gets through, for each hotel
SEATS: Final = 300
FULL: Final = Size()

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a round is to be. ``kinds``: of faults."""

    seed: str = ""
    seconds: float = 60.0
    size: Size = FULL
    apps: int = 2
    watchers: int = 2
    kinds: Sequence[str] = tuple(KINDS)
    calm: tuple[float, float] = CALM
    lasts: tuple[float, float] = LASTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What a round was."""

    course: Course
    logs: Path
    has_proxy: bool
    faults: Sequence[Done]
    requests: Mapping[str, Mapping[Outcome, int]]
    verdicts: Sequence[Verdict]
    figures: Mapping[str, float]

    @property
    def passed(self) -> bool:
        return all(verdict.holds for verdict in self.verdicts)


def play(course: Course, logs: Path, say: Say) -> Outcomes:
    """Bring everything up, let it rage, wait until it has settled, and judge."""
    with Partner() as partner, Deployment(logs, course.size) as deployment:
        world = _world(course, deployment, partner)
        crew = crew_of(world, apps=course.apps)
        watchers = Watchers(world, of_each=course.watchers)
        say(f"seed {course.seed}; logs in {logs}")
        watchers.start()
        crew.start()
        time.sleep(WARM_UP_SECONDS)
        storm = Storm(deployment, partner, world.ledger, seed=course.seed, say=say)
        storm.rage(_plan(course))
        with world.ledger.fault():
            deployment.recover()
        say("faults are over; everybody finishes what they began")
        world.closing.set()
        crew.join()
        closed_at = time.monotonic()
        unsettled = wait_until_settled(deployment)
        settled_in = time.monotonic() - closed_at
        troubles = [*crew.troubles, *storm.failures]
        evidence = _evidence(deployment, world, watchers, troubles, partner, unsettled)
        return Outcomes(
            course=course,
            logs=logs,
            has_proxy=deployment.has_proxy,
            faults=storm.done,
            requests=world.ledger.by_kind(),
            verdicts=judge(evidence),
            figures={
                "seconds until all had settled": settled_in,
                "lines that live clients opened": sum(one.lines for one in watchers.all),
                "webhooks taken": len(partner.taken),
                "webhooks refused": partner.refused,
            },
        )


def _plan(course: Course) -> Sequence[Trouble]:
    return plan_of(
        course.seed,
        seconds=course.seconds,
        kinds=course.kinds,
        calm=course.calm,
        lasts=course.lasts,
    )


def _world(course: Course, deployment: Deployment, partner: Partner) -> World:
    stays = int(course.seconds * STAYS_A_SECOND) + 10
    arguments = (str(stays), str(SEATS), partner.url())
    told = deployment.run_for_json("-m", "tests.chaos.house", *arguments)
    return World(
        houses=[House.of(house) for house in told["hotels"]],
        partner_key=told["partner_key"],
        http_addresses=deployment.http_addresses,
        ws_address=deployment.ws_address,
        seed=course.seed,
        ledger=Ledger(),
    )


def _evidence(
    deployment: Deployment,
    world: World,
    watchers: Watchers,
    troubles: Sequence[str],
    partner: Partner,
    unsettled: Sequence[str],
) -> Evidence:
    told = deployment.run("-m", "tests.chaos.reading")
    (deployment.logs / "facts.json").write_text(told)
    facts = Facts.of(json.loads(told))
    versions = {chart.event: chart.version for chart in facts.charts}
    wait_for_watchers(watchers, {**facts.last_numbers, **versions})
    watchers.end()
    memories = deployment.lock_cloud.memories()
    for node in deployment.product:
        node.stop()
    ends = [f"{node.name} {end}" for node in deployment.nodes for end in node.unexpected_ends]
    nonsense = [fault for watcher in watchers.all for fault in watcher.faults]
    return Evidence(
        facts=facts,
        memories=memories,
        webhooks=[one.message_id for one in partner.taken],
        log_pictures=[
            LogPicture(watcher=one.name, hotel=one.house.slug, seen=one.seen)
            for one in watchers.dashboards
        ],
        seat_pictures=[
            SeatPicture(watcher=one.name, event=one.event, states=one.states)
            for one in watchers.viewers
        ],
        promises=world.ledger.promises,
        complaints=world.ledger.complaints,
        troubles=[*troubles, *ends, *nonsense],
        unsettled=unsettled,
        requests=world.ledger.counts.total(),
    )
