"""Simulation of a confirmatory trial many times on the bank: looks, boundaries, decisions, records of each trial."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from hepatica.progress import Progress, ignore_progress
from hepatica.trials.bank.build import Bank
from hepatica.trials.definition.endpoint import TIME_TO_EVENT
from hepatica.trials.definition.trial import Trial
from hepatica.trials.virtual.adaptive.arm_tests import endpoint_margin
from hepatica.trials.virtual.adaptive.bayesian import posterior_boundary
from hepatica.trials.virtual.adaptive.conduct import changes_conduct, conduct_adaptive
from hepatica.trials.virtual.adaptive.setting import Setting
from hepatica.trials.virtual.boundaries import Boundaries
from hepatica.trials.virtual.comparison import Compared, compare
from hepatica.trials.virtual.conduct.block import TrialBlock
from hepatica.trials.virtual.conduct.endpoints import EndpointData
from hepatica.trials.virtual.conduct.population import Eligible, eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.conduct.streams import WIDTH
from hepatica.trials.virtual.looks import Dates, followed, look_dates
from hepatica.trials.virtual.multiplicity import step_down, step_levels
from hepatica.trials.virtual.records import Conducted, Ending, Records, Stop, conclude, join

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
PILOT_BLOCKS = 2  # blocks from which the maximal information of a plan is expected


@dataclass(frozen=True)
class Simulator:
    """Simulator of one trial on one bank.

    Attributes
    ----------
    trial : Trial
    bank : Bank
    eligible : Eligible
    most : float
        Planned maximal information: events expected by the end, or those stated; or patients.
    """

    trial: Trial
    bank: Bank = field(repr=False)
    eligible: Eligible = field(repr=False)
    most: float
    _levels: dict[float, Boundaries] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, trial: Trial, bank: Bank) -> Simulator:
        """Simulator, with the maximal information that the trial's own assumptions lead to expect.

        Parameters
        ----------
        trial : Trial
            Confirmatory.
        bank : Bank
            That holds its regimens.

        Raises
        ------
        InputError
            If nobody is eligible.
        """
        eligible = eligible_patients(bank, trial)
        most = float(trial.patients)
        if trial.analysis.events is not None:
            most = float(trial.analysis.events)
        elif trial.primary.kind in TIME_TO_EVENT:
            scenario = Scenario(trial.hypotheses[0], Truth.AVERAGE)
            events = [
                EndpointData.of(TrialBlock(trial, scenario, bank, eligible, b, trial.patients))
                .history(trial.primary)
                .event.sum(axis=1)
                for b in range(PILOT_BLOCKS)
            ]
            most = max(float(np.ceil(np.mean(np.concatenate(events)))), 1.0)
        return cls(trial, bank, eligible, most)

    def boundaries(self, alpha: float) -> Boundaries:
        """Boundaries of one hypothesis at a level, kept from block to block.

        Parameters
        ----------
        alpha : float
            One-sided.
        """
        if alpha not in self._levels:
            planned = [look.fraction for look in self.trial.look if look.fraction is not None]
            if len(planned) < len(self.trial.look):  # by date: as if equally spaced, where a shape needs fractions
                planned = [(k + 1) / (len(self.trial.look) + 1) for k in range(len(self.trial.look))]
            self._levels[alpha] = Boundaries.of(self.trial, alpha, np.array(planned, float))
        return self._levels[alpha]

    def run(
        self,
        scenario: Scenario,
        trials: int,
        *,
        secondary: int = 0,
        workers: int | None = None,
        progress: Progress = ignore_progress,
    ) -> Records:
        """Records of trials under a scenario.

        Parameters
        ----------
        scenario : Scenario
            What is true.
        trials : int
            To simulate.
        secondary : int
            Trials, the first ones, whose every endpoint is compared.
        workers : int, optional
            Threads; no number depends on it.
        progress : Progress
            Told of the stage "trials".
        """
        blocks = range(-(-trials // WIDTH))
        parts: list[Records] = []
        with ThreadPoolExecutor(workers or 1) as pool:
            for part in pool.map(lambda b: self.block(scenario, b, b * WIDTH < secondary), blocks):
                parts.append(part)
                progress("trials", min(len(parts) * WIDTH, trials), trials)
        return join(parts, trials)

    def _setting(self, scenario: Scenario, block: int) -> Setting:
        return Setting(self.trial, scenario, self.bank, self.eligible, block, self.most)

    def conducted(self, scenario: Scenario, block: int) -> Conducted:
        """Conduct of a block of trials whose adaptive design changes it.

        Parameters
        ----------
        scenario : Scenario
            What is true.
        block : int
            Its number.
        """
        critical = self.boundaries(self.trial.analysis.alpha).critical
        return conduct_adaptive(self._setting(scenario, block), critical)

    def block(self, scenario: Scenario, block: int, with_secondary: bool) -> Records:
        """Records of a block of trials.

        Parameters
        ----------
        scenario : Scenario
            What is true.
        block : int
            Its number.
        with_secondary : bool
            True where every endpoint is compared.
        """
        trial = self.trial
        if changes_conduct(trial.adaptive):
            records = conclude(*self.conducted(scenario, block))
            return _with_secondary(records, self._setting(scenario, block).data()) if with_secondary else records
        data = EndpointData.of(TrialBlock(trial, scenario, self.bank, self.eligible, block, trial.patients))
        dates = look_dates(data, self.most)
        arms = range(1, len(trial.arm))
        looks = [
            [compare(data, trial.primary, a, until=followed(data, day), estimate=True) for a in arms]
            for day in dates.looks.T
        ]
        z = np.stack([[c.z for c in row] for row in looks]).transpose(2, 0, 1)  # (trial, look, arm)
        rejected_at = self._rejections(z, dates)
        look, stop = self._stopping(z, rejected_at, dates)
        records = self._records(data, dates, looks, z, rejected_at, look, stop)
        return _with_secondary(records, data) if with_secondary else records

    def _rejections(self, z: Floats, dates: Dates) -> Bools:
        """Null hypotheses rejected at each look, (trial, look, arm), by the step-down test of the trial."""
        if self.trial.bayesian is not None:
            upper = posterior_boundary(self.trial, dates.information, self.most).upper
            return np.logical_or.accumulate((z >= upper[..., None]) & ~np.isnan(dates.looks)[..., None], axis=1)
        rule = self.trial.analysis
        fractions = dates.information / self.most
        final = fractions[:, -1:]
        fractions = np.concatenate([fractions[:, :-1], np.where(final > 0, final, 1.0)], axis=1)
        levels = {alpha: self.boundaries(alpha).critical(fractions) for alpha in step_levels(rule, z.shape[2])}
        happens = ~np.isnan(dates.looks)
        rejected = np.zeros(z.shape, bool)
        so_far = np.zeros((len(z), z.shape[2]), bool)
        for k in range(z.shape[1]):
            now = step_down(z[:, k], {a: c[:, k] for a, c in levels.items()}, so_far, rule)
            so_far = so_far | (now & happens[:, k, None])
            rejected[:, k] = so_far
        return rejected

    def _stopping(self, z: Floats, rejected: Bools, dates: Dates) -> tuple[Ints, Ints]:
        """Look and reason of the end of each trial."""
        trials, looks, _ = z.shape
        look, stop = np.full(trials, looks - 1), np.full(trials, int(Stop.COMPLETE))
        going = np.ones(trials, bool)
        rule, lower = self.trial.stopping, self._futility(dates)
        for k in range(looks - 1):
            happens = ~np.isnan(dates.looks[:, k])
            best = z[:, k].max(axis=1)
            reasons = [(Stop.EFFICACY, rejected[:, k].any(axis=1))]
            if rule.harm is not None:
                reasons.append((Stop.HARM, z[:, k].min(axis=1) < -rule.harm))
            reasons.append((Stop.FUTILITY, best < lower[:, k]))
            for reason, holds in reasons:
                ends = going & happens & holds
                look[ends], stop[ends] = k, int(reason)
                going &= ~ends
        return look, stop

    def _futility(self, dates: Dates) -> Floats:
        """Statistics below which each look stops, (trial, look); -inf for never."""
        if self.trial.bayesian is not None:
            return posterior_boundary(self.trial, dates.information, self.most).lower
        lower = np.full(dates.looks.shape, -np.inf)
        given = self.trial.stopping.futility
        lower[:, : len(given)] = given
        return lower

    def _records(
        self,
        data: EndpointData,
        dates: Dates,
        looks: list[list[Compared]],
        z: Floats,
        rejected: Bools,
        look: Ints,
        stop: Ints,
    ) -> Records:
        row = np.arange(len(look))
        day = dates.looks[row, look]
        estimate = np.stack([[c.estimate for c in r] for r in looks]).transpose(2, 0, 1)[row, look]
        ending = Ending(look, stop, rejected[row, look], z[row, look], estimate, dates.information[row, look], day)
        return conclude(data, ending, data.block.entry <= day[:, None])


def _with_secondary(records: Records, data: EndpointData) -> Records:
    """Records with the margin of every endpoint at the end of a trial that is not stopped."""
    return replace(records, secondary={e.name: endpoint_margin(data, e) for e in data.block.trial.endpoint})


def simulate_trial(
    trial: Trial,
    bank: Bank,
    scenario: Scenario,
    trials: int,
    *,
    workers: int | None = None,
    progress: Progress = ignore_progress,
) -> Records:
    """Records of a trial simulated many times under one scenario.

    Parameters
    ----------
    trial : Trial
        Confirmatory.
    bank : Bank
        That holds its regimens.
    scenario : Scenario
        What is true.
    trials : int
        To simulate.
    workers : int, optional
        Threads; no number depends on it.
    progress : Progress
        Told of the stage "trials".
    """
    return Simulator.of(trial, bank).run(scenario, trials, workers=workers, progress=progress)
