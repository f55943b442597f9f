"""Bank of simulations: every published arm under each of many parameter draws.

Made in blocks of draws, each written whole or not at all and kept, so that whatever stops the work costs one block.
The same patients stand in every arm and under every hypothesis.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from hepatica.admission import admit
from hepatica.calibrate.blocks import Execution, read_or_compute
from hepatica.calibrate.endpoints import ArmEndpoints, Endpoint, Lines, Summary, endpoints_of, grid, outputs_of
from hepatica.calibrate.matching import SimulatedArm, simulated_arm
from hepatica.engine import System
from hepatica.evidence import Publication
from hepatica.patients import SPAN, DrawKind, Draws, load_population
from hepatica.simulation import Arm, simulate

Floats = NDArray[np.float64]
BLOCK = 100  # draws
STATISTICS = ("mean", "sd", "noise")  # of a block, in this order
POPULATION = "population"  # stands for a publication in lines that say how easily a population arises


@dataclass(frozen=True)
class Line:
    """Simulated line: one endpoint of one published arm."""

    publication: str
    arm: str
    endpoint: Endpoint


@dataclass(frozen=True)
class Plan:
    """Plan of simulations: in each population, arms and their endpoints.

    Attributes
    ----------
    arms : tuple of SimulatedArm
    lines : tuple of Line
        Every number of every arm.
    not_predicted : dict of str to str
        Arms and observations that cannot be predicted, and why.
    """

    arms: tuple[SimulatedArm, ...]
    lines: tuple[Line, ...]
    not_predicted: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, publications: Sequence[Publication]) -> Plan:
        """Plan of all that can be simulated of some publications, their baselines included."""
        arms, lines, not_predicted = [], [], {}
        for p in publications:
            for arm in p.arms:
                simulated = simulated_arm(p, arm)
                if isinstance(simulated, str):
                    not_predicted[f"{p.key} {arm.id}"] = simulated
                    continue
                own: dict[Endpoint, None] = {}
                for o in p.find(arm=arm.id, unusable=True):
                    for w in endpoints_of(o):
                        why = w.unpredicted(cells=simulated.cells)
                        if why and w.time > 0:
                            not_predicted[f"{p.key} {arm.id} {o.variable} day {o.time:g}"] = why
                        if why:
                            continue
                        own[w] = None
                        if w.time > 0 and not w.change and Endpoint(o.variable, 0.0) not in own and o.unit != "percent":
                            own[Endpoint(o.variable, 0.0)] = None
                for f in p.findings:
                    if arm.id in (f.arm, f.against):
                        asked = endpoints_of(f)
                        own |= {w: None for w in asked if not w.unpredicted(cells=simulated.cells)}
                if own:
                    arms.append(simulated)
                    lines += [Line(p.key, arm.id, w) for w in own]
        return cls(tuple(arms), tuple(lines), not_predicted)

    @property
    def populations(self) -> tuple[str, ...]:
        """Virtual populations of the arms, each once."""
        return tuple(dict.fromkeys(key for a in self.arms for key, _ in a.populations))

    def only(self, *, cells: bool) -> Plan:
        """Plan of the arms with cells, or of those without."""
        return self.narrowed(lambda a: a.cells == cells)

    def narrowed(self, keeps: Callable[[SimulatedArm], bool]) -> Plan:
        """Plan of some of the arms."""
        arms = tuple(a for a in self.arms if keeps(a))
        names = {(a.publication, a.arm) for a in arms}
        return replace(self, arms=arms, lines=tuple(x for x in self.lines if (x.publication, x.arm) in names))

    def keeping(self, lines: Iterable[int]) -> Plan:
        """Plan of some of the lines, and of the arms that have them."""
        kept = tuple(self.lines[k] for k in sorted(set(lines)))
        names = {(x.publication, x.arm) for x in kept}
        return replace(self, arms=tuple(a for a in self.arms if (a.publication, a.arm) in names), lines=kept)

    def with_acceptance_rates(self) -> Plan:
        """Plan that also records the acceptance rate of each population: the share of plausible candidates."""
        return replace(
            self, lines=(*self.lines, *(Line(POPULATION, key, Endpoint("made", 0.0)) for key in self.populations))
        )

    @property
    def positions(self) -> Lines:
        """Position of each line."""
        return {(x.publication, x.arm, x.endpoint): k for k, x in enumerate(self.lines)}

    def of_arm(self, arm: SimulatedArm) -> list[int]:
        """Positions of an arm's lines."""
        return [k for k, x in enumerate(self.lines) if (x.publication, x.arm) == (arm.publication, arm.arm)]

    @property
    def hash(self) -> str:
        """Hash of every simulated field; fields are named here, so that a renamed class changes nothing."""
        arms = [[a.publication, a.arm, a.populations, a.given.fields(), a.cells] for a in self.arms]
        lines = [[x.publication, x.arm, x.endpoint.variable, x.endpoint.time, x.endpoint.change] for x in self.lines]
        return hashlib.sha256(json.dumps({"arms": arms, "lines": lines}, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Bank:
    """Bank of simulations by draw and line; `summary` arrays are (draws, lines), NaN where no patient arises."""

    plan: Plan
    draws: Draws
    summary: Summary

    def take(self, which: NDArray[np.int64]) -> Bank:
        """Bank of some of the draws."""
        s = self.summary
        return Bank(self.plan, self.draws.take(which), Summary(s.mean[which], s.sd[which], s.noise[which]))

    @property
    def has_every_population(self) -> NDArray[np.bool_]:
        """True for draws that made patients in every population, (draws,)."""
        return np.asarray(np.isfinite(self.summary.mean).all(axis=1))

    def join(self, other: Bank) -> Bank:
        """Bank of both banks' draws; the plan is the same."""
        columns = {k: np.concatenate([v, other.draws.columns[k]]) for k, v in self.draws.columns.items()}
        pairs = ((getattr(self.summary, n), getattr(other.summary, n)) for n in STATISTICS)
        return Bank(self.plan, Draws(columns), Summary(*(np.concatenate(p) for p in pairs)))


def fill(
    system: System,
    plan: Plan,
    draws: Draws,
    execution: Execution,
    *,
    people: int,
    seed: int,
    hypothesis: str = "",
) -> Bank:
    """Bank of every arm of a plan under every draw; what an earlier run has finished is read.

    Parameters
    ----------
    system : System
        Model and engine.
    plan : Plan
        What a block of work simulates.
    draws : Draws
        Parameter draws.
    execution : Execution
        Where and by how many workers work is done, and where it is kept.
    people : int
        Patients of each population for each draw.
    seed : int
        Seed of the random streams.
    hypothesis : str
        Named hypothesis about what the cells do.

    Returns
    -------
    Bank
    """
    blocks = [np.arange(first, min(first + BLOCK, draws.n)) for first in range(0, draws.n, BLOCK)]
    own = execution.folder / stamped(system, plan, draws, [people, seed, hypothesis, BLOCK])
    shape = (draws.n, len(plan.lines))

    def compute(key: str, b: int) -> Floats:
        rows = draws.take(blocks[b])
        return _block(system, plan, key, rows, people, seed + b, hypothesis, execution.workers)

    parts: dict[str, Summary] = {}
    done = 0
    for key in plan.populations:
        arrays = [np.full(shape, np.nan) for _ in STATISTICS]
        for b, rows in enumerate(blocks):
            size = (len(STATISTICS), len(rows), len(plan.lines))
            block = read_or_compute(own / f"{key}-{b}.npy", size, functools.partial(compute, key, b))
            for array, part in zip(arrays, block, strict=True):
                array[rows] = part
            done += 1
            execution.progress("bank", done, len(plan.populations) * len(blocks))
        parts[key] = Summary(*arrays)
    return Bank(plan, draws, _assembled(plan, parts, shape))


def _assembled(plan: Plan, parts: Mapping[str, Summary], shape: tuple[int, int]) -> Summary:
    """Summary of every line from those of the populations that its arm is mixed of."""
    summary = Summary(*(np.full(shape, np.nan) for _ in STATISTICS))
    for arm in plan.arms:
        k = plan.of_arm(arm)
        mixed = Summary.mixed(
            [(w, Summary(*(getattr(parts[key], n)[:, k] for n in STATISTICS))) for key, w in arm.populations]
        )
        for name in STATISTICS:
            getattr(summary, name)[:, k] = getattr(mixed, name)
    for i, line in enumerate(plan.lines):
        if line.publication == POPULATION:
            for name in STATISTICS:
                getattr(summary, name)[:, i] = getattr(parts[line.arm], name)[:, i]
    return summary


def stamped(system: System, plan: Plan, draws: Draws, more: list[object]) -> str:
    """Key of a simulation in the work folder, from all that it depends on."""
    digest = hashlib.sha256(json.dumps([system.model.hash, plan.hash, more]).encode())
    simulated = (n for n in draws.columns if n.kind is not DrawKind.BETWEEN_STUDY)  # those change no simulation
    for name in sorted(simulated, key=str):
        digest.update(str(name).encode() + np.ascontiguousarray(draws.columns[name]).tobytes())
    return digest.hexdigest()[:16]


def _block(
    system: System, plan: Plan, key: str, draws: Draws, people: int, seed: int, hypothesis: str, workers: int | None
) -> Floats:
    """Simulations of one population under some draws, (statistics, draws, lines); NaN where there are none."""
    n = draws.n
    few = admit(
        system, load_population(key), people * n, seed=seed, draws=n, known=draws, replace=False, workers=workers
    )
    where = few.cohort.draw
    shape = (n, len(plan.lines))
    summary = Summary(*(np.full(shape, np.nan) for _ in range(3)))
    here = [a for a in plan.arms if key in dict(a.populations)]
    given: dict[Arm, list[int]] = {}
    for a in here:
        given.setdefault(replace(a.given, name=""), []).extend(plan.of_arm(a))
    tries = np.zeros(n)
    np.maximum.at(tries, where, few.cohort.patient % SPAN + 1.0)
    with np.errstate(divide="ignore"):
        made = np.where(tries > 0, people / tries, np.nan)
    for k, line in enumerate(plan.lines):
        if (line.publication, line.arm) == (POPULATION, key):
            summary.mean[:, k], summary.sd[:, k], summary.noise[:, k] = made, 0.0, made**2 * (1 - made) / people
    for arm, lines in given.items():
        endpoints = [plan.lines[k].endpoint for k in lines]
        outputs = outputs_of(endpoints)
        ds = simulate(system, few, [arm], grid(endpoints), outputs=outputs, hypothesis=hypothesis, workers=workers)
        pairs = [ArmEndpoints(ds, 0).values(e) for e in endpoints]
        values, weights = (np.stack([p[i] for p in pairs], axis=1) for i in (0, 1))
        s = Summary.of(values, weights, where, n)
        for name in STATISTICS:
            getattr(summary, name)[:, lines] = getattr(s, name)
    return np.stack([getattr(summary, name) for name in STATISTICS])
