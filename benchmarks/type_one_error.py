"""Type I error of confirmatory designs on simulated patients without effect, beside its nominal value.

``python benchmarks/type_one_error.py`` simulates 20,000 trials of each design, patient by patient where the design is
analysed patient by patient, and prints a table; with ``--write docs/type-one-error.md`` it writes the page.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from hepatica.files import write_text
from hepatica.trials.confirmatory.adaptive.closed_testing import Bonferroni, Dunnett, Simes
from hepatica.trials.confirmatory.adaptive.combination import fisher_critical_values
from hepatica.trials.confirmatory.adaptive.enrichment import EnrichmentDesign, simulate_enrichment
from hepatica.trials.confirmatory.adaptive.re_estimation import PromisingZone, ReEstimationDesign
from hepatica.trials.confirmatory.adaptive.response_adaptive import (
    DoublyAdaptiveBiasedCoin,
    RandomisedPlayTheWinner,
    simulate_adaptive,
)
from hepatica.trials.confirmatory.adaptive.seamless import SeamlessDesign, simulate_seamless
from hepatica.trials.confirmatory.bayesian.normal import PosteriorRule, boundary_of, characteristics
from hepatica.trials.confirmatory.group_sequential.design import GroupSequentialDesign, design_group_sequential
from hepatica.trials.confirmatory.group_sequential.shapes import HaybittlePeto, OBrienFleming, Pocock, WangTsiatis
from hepatica.trials.confirmatory.group_sequential.spending import (
    HwangShihDeCani,
    KimDeMets,
    LanDeMetsOBrienFleming,
    LanDeMetsPocock,
)
from hepatica.trials.confirmatory.mcp_mod.contrast_test import critical_value
from hepatica.trials.confirmatory.mcp_mod.contrasts import optimal_contrasts
from hepatica.trials.confirmatory.mcp_mod.models import Emax, Linear, Quadratic
from hepatica.trials.confirmatory.platform.shared_control import Platform, platform_characteristics

Floats = NDArray[np.float64]
TRIALS = 20_000
PATIENTS = 200


class Row(NamedTuple):
    """Type I error of one design: nominal value (or the exact one), rate of rejection, and whether more is an error."""

    design: str
    nominal: float
    rate: float
    exact: bool = True

    @property
    def distance(self) -> float:
        """Rate less nominal, in Monte-Carlo standard errors."""
        return (self.rate - self.nominal) / float(np.sqrt(self.nominal * (1 - self.nominal) / TRIALS))

    @property
    def passes(self) -> bool:
        """Within 3.5 standard errors; below is allowed where the design is conservative."""
        return self.distance <= 3.5 and (self.distance >= -3.5 or not self.exact)


def rng(purpose: int) -> np.random.Generator:
    """Stream of one purpose."""
    return np.random.Generator(np.random.Philox(key=[20261129, purpose]))


def logrank_looks(fractions: Floats, deaths: int) -> Floats:
    """Log-rank statistics (trials, looks) of patients without effect, at shares of the planned deaths.

    Patients enter evenly over two years and die at the same rate in both arms; a look is held when its number of deaths
    is reached, with those alive censored on that day.
    """
    draw, found = rng(1), np.empty((TRIALS, len(fractions)))
    arm = np.arange(PATIENTS) % 2
    for first in range(0, TRIALS, 2000):
        rows = slice(first, first + 2000)
        entry, time = 24 * draw.random((2000, PATIENTS)), draw.exponential(12.0, (2000, PATIENTS))
        death = np.sort(entry + time, axis=1)
        for k, fraction in enumerate(fractions):
            now = death[:, round(fraction * deaths) - 1][:, None]
            seen = np.where(entry < now, np.minimum(time, now - entry), -1.0)  # not yet entered: never at risk
            order = np.argsort(seen, axis=1)
            event = np.take_along_axis((entry + time <= now) & (entry < now), order, axis=1)
            treated = arm[order]
            share = np.cumsum(treated[:, ::-1], axis=1)[:, ::-1] / (PATIENTS - np.arange(PATIENTS))
            score = ((share - treated) * event).sum(axis=1)
            found[rows, k] = score / np.sqrt((share * (1 - share) * event).sum(axis=1))
    return found


def rejected(design: GroupSequentialDesign, z: Floats, *, obey: bool = True) -> float:
    """Share of trials that cross the efficacy boundary first, on either side of a symmetric design."""
    alive, found = np.ones(len(z), bool), 0.0
    for k in range(z.shape[1]):
        win = z[:, k] >= design.critical[k]
        if design.two_sided:
            win |= z[:, k] <= -design.critical[k]
        found += float((alive & win).mean())
        alive &= ~win
        if obey and not design.two_sided:
            alive &= z[:, k] >= design.futility[k]
    return found


def group_sequential() -> list[Row]:
    """Boundaries on log-rank statistics at three looks."""
    fractions, rows = np.array([1, 2, 3]) / 3, []
    z = logrank_looks(fractions, 150)
    kinds = {
        "O'Brien-Fleming": OBrienFleming(),
        "Pocock": Pocock(),
        "Wang-Tsiatis 0.25": WangTsiatis(0.25),
        "Haybittle-Peto": HaybittlePeto(3.0),
        "Lan-DeMets O'Brien-Fleming": LanDeMetsOBrienFleming(),
        "Lan-DeMets Pocock": LanDeMetsPocock(),
        "Hwang-Shih-DeCani -4": HwangShihDeCani(-4),
        "Kim-DeMets 3": KimDeMets(3),
    }
    for name, kind in kinds.items():
        rows.append(Row(f"log-rank, three looks, {name}", 0.025, rejected(design_group_sequential(3, kind), z)))
        two = design_group_sequential(3, kind, alpha=0.05, two_sided=True)
        rows.append(Row(f"log-rank, three looks, {name}, two-sided", 0.05, rejected(two, z)))
    for binding in (False, True):
        design = design_group_sequential(
            3, HwangShihDeCani(-4), beta=0.1, futility=HwangShihDeCani(-2), binding=binding
        )
        name = "binding" if binding else "non-binding"
        rows.append(Row(f"log-rank, {name} futility, obeyed", 0.025, rejected(design, z), exact=binding))
    loose = design_group_sequential(3, HwangShihDeCani(-4), beta=0.1, futility=HwangShihDeCani(-2))
    rows.append(Row("log-rank, non-binding futility, not obeyed", 0.025, rejected(loose, z, obey=False)))
    rows.append(Row("log-rank, one look", 0.025, float((z[:, -1] >= -ndtri(0.025)).mean())))
    return rows


def two_stages(design: ReEstimationDesign, purpose: int) -> float:
    """Share of trials with re-estimation that reject; normal outcomes, whole patients, 100 of an arm planned."""
    draw, planned = rng(purpose), 100
    first = round(design.first * planned)
    one = (draw.standard_normal((TRIALS, first)) - draw.standard_normal((TRIALS, first))).mean(axis=1)
    z1 = one * np.sqrt(first / 2)
    more = np.ceil(design.second_information(z1) * planned - 1e-9)
    z2 = draw.standard_normal(TRIALS)  # mean of the second stage's own patients, standardised: whatever their number
    if design.conventional:
        w1, w2 = np.full(TRIALS, float(first)), more
    else:
        w1, w2 = np.full(TRIALS, design.first), np.full(TRIALS, 1 - design.first)
    end = (np.sqrt(w1) * z1 + np.sqrt(w2) * z2) / np.sqrt(w1 + w2) >= design.critical
    early = z1 >= design.early
    return float((early | ((z1 >= design.futility) & end)).mean())


def adaptive() -> list[Row]:
    """Re-estimation, combination, selection, enrichment and adaptive randomisation."""
    z = float(-ndtri(0.025))
    looks = design_group_sequential([0.5, 1.0], LanDeMetsOBrienFleming())
    wide = PromisingZone(0.0, 0.9, 4.0)
    rows = [
        Row("re-estimation, promising zone, inverse normal", 0.025, two_stages(ReEstimationDesign(0.5, z), 2)),
        Row(
            "re-estimation, any result enlarged, inverse normal", 0.025, two_stages(ReEstimationDesign(0.5, z, wide), 3)
        ),
        Row(
            "re-estimation, with early stopping, inverse normal",
            0.025,
            two_stages(ReEstimationDesign(0.5, looks.critical[1], wide, early=looks.critical[0]), 4),
        ),
    ]
    p = rng(5).random((TRIALS, 2))
    c1, c2 = fisher_critical_values(2, 0.025, [0.5])
    rate = float(((p[:, 0] <= c1) | ((p[:, 0] <= 0.5) & (p[:, 0] * p[:, 1] <= c2))).mean())
    rows.append(Row("Fisher combination, futility above 0.5", 0.025, rate))
    for test in (Dunnett(), Simes(), Bonferroni()):
        found = simulate_seamless(SeamlessDesign(50, 80, test=test), (0.0, 0.0, 0.0), trials=TRIALS)
        name = type(test).__name__
        rows.append(Row(f"seamless 2/3, three doses, {name}", 0.025, found.familywise_error, exact=name == "Dunnett"))
    found = simulate_enrichment(EnrichmentDesign(60, 90, 0.4), 0.0, 0.0, trials=TRIALS)
    rows.append(Row("enrichment, Spiessens-Debois", 0.025, found.familywise_error, exact=False))
    for rule in (RandomisedPlayTheWinner(), DoublyAdaptiveBiasedCoin()):
        trials = simulate_adaptive((0.4, 0.4), PATIENTS, rule, trials=TRIALS)
        rows.append(Row(f"adaptive randomisation, {type(rule).__name__}", 0.025, trials.rejection_rate(z)))
    return rows


def others() -> list[Row]:
    """Bayesian rule, platform and MCP-Mod."""
    information, rule = [50.0, 100.0], PosteriorRule(0.985, predictive_futility=0.05)
    bounds, draw = boundary_of(rule, information), rng(6)
    steps = np.cumsum(draw.standard_normal((TRIALS, 2)) * np.sqrt([50.0, 50.0]), axis=1) / np.sqrt(information)
    win = steps[:, 0] >= bounds.upper[0]
    win |= (steps[:, 0] >= bounds.lower[0]) & (steps[:, 1] >= bounds.upper[1])
    exact = characteristics(rule, information, 0.0).success
    rows = [Row(f"Bayesian, two looks, exact {exact:.4f}", exact, float(win.mean()))]
    platform = Platform([[40, 0], [40, 40], [0, 40]], [40, 40, 40])
    critical = platform_characteristics(platform, np.zeros(2), familywise=True).critical
    control = draw.standard_normal((TRIALS, 3)) / np.sqrt(40)
    arms = draw.standard_normal((TRIALS, 4)) / np.sqrt(40)
    z = np.stack([arms[:, :2] - control[:, :2], arms[:, 2:] - control[:, 1:]], axis=1).mean(axis=2) * np.sqrt(40)
    rows.append(Row("platform, shared control, Dunnett", 0.025, float((z >= critical).any(axis=1).mean())))
    doses, n = np.array([0.0, 0.5, 1.0, 2.0]), 30
    models = [Linear(), Emax(0.4), Quadratic(-0.3)]
    contrasts, limit = optimal_contrasts(models, doses, np.full(4, n)), critical_value(models, doses, n)
    y = draw.standard_normal((TRIALS, 4, n))
    sd = np.sqrt(y.var(axis=2, ddof=1).mean(axis=1))
    t = y.mean(axis=2) @ contrasts.T * np.sqrt(n) / sd[:, None]
    rows.append(Row("MCP-Mod, multiple contrast test", 0.025, float((t >= limit).any(axis=1).mean())))
    return rows


def markdown(rows: list[Row]) -> str:
    """Page of the table."""
    lines = [
        "# Type I error of confirmatory designs",
        "",
        f"Written by `benchmarks/type_one_error.py`; for research use. {TRIALS:,} trials of each design on simulated",
        "patients without effect. A design passes if its rate of rejection lies within 3.5 Monte-Carlo standard errors",
        "of nominal; where the design is conservative (last column) it may lie below.",
        "",
        "| design | nominal | rate | standard errors | passes | conservative |",
        "|---|--:|--:|--:|---|---|",
    ]
    for row in rows:
        passes, below = "yes" if row.passes else "NO", "" if row.exact else "yes"
        lines.append(
            f"| {row.design} | {row.nominal:.4f} | {row.rate:.4f} | {row.distance:+.1f} | {passes} | {below} |"
        )
    return "\n".join(lines) + "\n"


PARTS: tuple[Callable[[], list[Row]], ...] = (group_sequential, adaptive, others)


def main() -> None:
    """Simulate all designs, print the table, write the page if asked."""
    parser = argparse.ArgumentParser(description="Type I error of confirmatory designs.")
    parser.add_argument("--write", type=Path, help="page to write, for example docs/type-one-error.md")
    page = markdown([row for part in PARTS for row in part()])
    target = parser.parse_args().write
    if target is not None:
        write_text(target, page)
    print(page)


if __name__ == "__main__":
    main()
