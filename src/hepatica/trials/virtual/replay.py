"""Published trials run again on virtual patients: how often what was published would have been seen."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from hepatica.errors import InputError
from hepatica.progress import Progress, ignore_progress
from hepatica.study_fields import Days, Integer, Line, Number, Table
from hepatica.trials.bank.build import Bank
from hepatica.trials.confirmatory.sample_size.proportions import sample_size_proportions
from hepatica.trials.definition.trial import Trial
from hepatica.trials.definition.trial_file import check_trial
from hepatica.trials.virtual.conduct.block import TrialBlock
from hepatica.trials.virtual.conduct.measurement import Measurements
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.conduct.streams import WIDTH
from hepatica.trials.virtual.operating import Rate

Floats = NDArray[np.float64]
PUBLISHED = ("lin2017", "suk2016", "zekri2015")


class Measure(StrEnum):
    """Published data of an arm."""

    DEAD = "dead"  # share dead by a day
    INFECTED = "infected"  # share with a severe infection by a day
    MEAN = "mean"  # mean of a lab on a day
    FALL = "fall"  # fall of a lab from baseline to a day, as a share of it


class Result(Table):
    """[[result]]: a published number of an arm, against another arm where there is one."""

    measure: Measure
    arm: Integer
    against: Integer | None = None
    day: Days
    lab: str = ""
    value: Number = Field(description="of the arm: a share, a mean, or a fall")
    other: Number | None = Field(default=None, description="of the arm it is compared with")
    cite: Line

    @property
    def difference(self) -> float:
        """Published value, less that of the other arm if there is one."""
        return float(self.value) - (0.0 if self.other is None else float(self.other))


@dataclass(frozen=True)
class PublishedTrial:
    """Published trial: its design, and what it reported."""

    key: str
    trial: Trial
    results: tuple[Result, ...]


@dataclass(frozen=True)
class Replayed:
    """One published number beside those of the replays.

    Attributes
    ----------
    result : Result
    hypothesis : str
    mean, low, high : float
        Of the replays, with their 5 and 95 % quantiles.
    as_large : Rate
        Replays whose number is at least as far in the published direction.
    needed : float
        Patients for 80 % power, two-sided 5 %, were the published difference of shares true; NaN for other measures.
    trials : int
    """

    result: Result
    hypothesis: str
    mean: float
    low: float
    high: float
    as_large: Rate
    needed: float
    trials: int


def load_published(key: str) -> PublishedTrial:
    """Published trial that ships.

    Parameters
    ----------
    key : str
        One of `PUBLISHED`.

    Raises
    ------
    InputError
        If there is no such trial.

    Examples
    --------
    >>> published = load_published("lin2017")
    >>> published.trial.patients, published.trial.ratio
    (110, (27, 28))
    """
    if key not in PUBLISHED:
        raise InputError("trial", key, f"one of {', '.join(PUBLISHED)}")
    text = files("hepatica.trials.published").joinpath(f"{key}.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    results = tuple(Result(**row) for row in data.pop("result"))
    return PublishedTrial(key, check_trial(data), results)


def replay(
    published: PublishedTrial, bank: Bank, *, trials: int = 2000, progress: Progress = ignore_progress
) -> tuple[Replayed, ...]:
    """Replay a published trial under every hypothesis, its truth drawn from trial to trial.

    Parameters
    ----------
    published : PublishedTrial
        Design and results.
    bank : Bank
        That holds its regimens.
    trials : int
        Replays.
    progress : Progress
        Told of each hypothesis as a stage.

    Raises
    ------
    InputError
        If nobody is eligible.
    """
    eligible, rows = eligible_patients(bank, published.trial), []
    blocks = -(-trials // WIDTH)
    for hypothesis in published.trial.hypotheses:
        scenario = Scenario(hypothesis, Truth.DRAWN)
        values: list[list[Floats]] = [[] for _ in published.results]
        for b in range(blocks):
            progress(f"trials_{hypothesis}", b, blocks)
            block = TrialBlock(published.trial, scenario, bank, eligible, b, published.trial.patients)
            measurements = Measurements(block)
            for own, result in zip(values, published.results, strict=True):
                own.append(observed_difference(block, measurements, result))
        progress(f"trials_{hypothesis}", blocks, blocks)
        for own, result in zip(values, published.results, strict=True):
            rows.append(_summary(result, hypothesis, np.concatenate(own)[:trials]))
    return tuple(rows)


def observed_difference(block: TrialBlock, measurements: Measurements, result: Result) -> Floats:
    """Reported estimate of each simulated trial, (trial,); NaN where an arm has nobody to measure.

    Parameters
    ----------
    block : TrialBlock
        Of the published design.
    measurements : Measurements
        Of the block.
    result : Result
        What is reported.
    """
    value = _by_arm(block, measurements, result, result.arm)
    return value if result.against is None else value - _by_arm(block, measurements, result, result.against)


def _by_arm(block: TrialBlock, m: Measurements, result: Result, arm: int) -> Floats:
    here, day = block.arm == arm, float(result.day)
    if result.measure is Measure.DEAD:
        return _mean((block.death <= day).astype(float), here)
    if result.measure is Measure.INFECTED:
        return _mean(((block.event("infection") <= day) & (block.native_end[0] > block.event("infection"))) * 1.0, here)
    seen = m.observed(result.lab, day)
    if result.measure is Measure.MEAN:
        return _mean(np.nan_to_num(seen), here & ~np.isnan(seen))
    first = m.measured(result.lab, 0.0)
    both = here & ~np.isnan(seen)
    return np.asarray(1 - _mean(np.nan_to_num(seen), both) / _mean(first, both))


def _mean(values: NDArray[np.floating], here: NDArray[np.bool_]) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.sum(values * here, axis=1) / np.sum(here, axis=1))


def _summary(result: Result, hypothesis: str, values: Floats) -> Replayed:
    known = values[np.isfinite(values)]
    toward = np.sign(result.difference)
    low, high = np.quantile(known, (0.05, 0.95)) if len(known) else (np.nan, np.nan)
    needed = np.nan
    if result.measure in (Measure.DEAD, Measure.INFECTED) and result.other is not None:
        needed = float(np.ceil(sample_size_proportions(float(result.value), float(result.other)).total))
    return Replayed(
        result=result,
        hypothesis=hypothesis,
        mean=float(known.mean()) if len(known) else float("nan"),
        low=float(low),
        high=float(high),
        as_large=Rate.of(toward * known >= toward * result.difference) if len(known) else Rate(0.0, 0.0),
        needed=needed,
        trials=len(known),
    )
