"""Time and regret of a search over regimens, beside exhaustive and random search; writes its part of docs/window.md.

    python benchmarks/search.py --studies hbv-aclf --candidates 2000 --write docs
    python benchmarks/search.py --studies hbv-aclf --candidates 160 --seeds 20      # against random search

The choice of a search, that of an exhaustive search of 60 regimens and, with ``--seeds``, the best of random candidates
of equal budget are compared in the same patients, who had no part in either. The exhaustive search sees the patients of
the search's race and chooses by the same rule, the least worst regret: the largest of 60 means in the judging patients
themselves would be high by chance.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import resource
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sections import put_section, sections

from hepatica import load_study
from hepatica.dosing.search import SearchSettings
from hepatica.dosing.search.outcomes import Outcomes, patient_error, patient_mean, worst_regret
from hepatica.dosing.search.regimens import DOSE, DURATION, INFUSIONS, INTERVAL, ROUTE, RegimenSpace
from hepatica.engine import System, shipped_system
from hepatica.files import write_text
from hepatica.regimen_search import RegimenEvaluation, SearchAnswer, regimens_of, search
from hepatica.study import Study

Floats = NDArray[np.float64]
ROOT = Path(__file__).resolve().parents[1]
STUDIES = ("hbv-aclf", "aclf-grade-3", "decompensated-cirrhosis", "alcoholic-hepatitis")
GRID = ((1e5, 5e5, 1e6, 2e6, 5e6, 1e7), (1, 4, 8), (3.0, 7.0))  # doses, infusions, intervals; single infusions once
GRID_ROUTES = 2
JUDGES = 1600  # patients in whom choices are compared
SHARE = 0.05  # of the best gain, that a choice may give up
SECTION = "search"


class Row(NamedTuple):
    """One study: its search and what its choice gives up, by which draws."""

    study: str
    draws: str
    candidates: int
    courses: int
    wall: float
    processor: float
    choice: str
    gain: tuple[float, ...]
    error: tuple[float, ...]
    best_of_grid: str
    regret: float
    regret_error: float

    @property
    def holds(self) -> bool:
        """True where the choice gives up no more than 5 % of the best gain, or two Monte-Carlo errors."""
        return self.regret <= max(SHARE * min(self.gain), 2 * self.regret_error)


def draws_digest() -> str:
    """Digest of the draws that ship, as ``b2sum -l 32 src/hepatica/patients/posterior.parquet`` prints it."""
    content = (ROOT / "src" / "hepatica" / "patients" / "posterior.parquet").read_bytes()
    return hashlib.blake2b(content, digest_size=4).hexdigest()


def grid_points(regimens: RegimenSpace) -> Floats:
    """Sixty regimens: every combination of the grid by each of two routes, infusion time one hour."""
    rows = []
    for route, dose, n, interval in itertools.product(range(min(GRID_ROUTES, len(regimens.routes))), *GRID):
        if n == 1 and interval != GRID[2][0]:
            continue
        row = np.zeros(7)
        row[[DOSE, INFUSIONS, INTERVAL, DURATION, ROUTE]] = dose, n, interval, 1 / 24, route
        rows.append(row)
    return regimens.repair(np.array(rows))


def judge(evaluation: RegimenEvaluation, points: Floats, settings: SearchSettings) -> Outcomes:
    """Outcomes in patients who had no part in the search."""
    first = settings.race_patients + settings.fresh_patients
    return evaluation(points, first, first + JUDGES)


def evaluation_of(study: Study, system: System, settings: SearchSettings, regimens: RegimenSpace) -> RegimenEvaluation:
    """Evaluation with patients enough to judge too."""
    from hepatica.admission import admit
    from hepatica.patients import load_population

    known = study.known()
    n = settings.race_patients + settings.fresh_patients + JUDGES
    draws = study.draws if known is None else known.n
    patients = admit(system, load_population(study.population), n, seed=study.seed, draws=draws, known=known)
    return RegimenEvaluation(study, system, patients, regimens)


def chosen(answer: SearchAnswer) -> Floats:
    """Candidate that a search chose, or its first leader where standard care is no worse."""
    return answer.result.points[answer.result.leaders[max(answer.result.choice, 0)].candidate]


def measure(name: str, system: System, settings: SearchSettings) -> Row:
    """Search of one study, and the regret of its choice against the grid."""
    study = load_study(ROOT / "studies" / f"{name}.toml")
    regimens = regimens_of(study, routes=("peripheral_vein", "hepatic_artery"))
    began, used = time.perf_counter(), _processor()
    answer = search(study, settings, regimens=regimens, system=system, progress=_say)
    wall, processor = time.perf_counter() - began, _processor() - used
    evaluation, grid = evaluation_of(study, system, settings, regimens), grid_points(regimens)
    seen = patient_mean(evaluation(grid, 0, settings.race_patients).gain)
    exhaustive = grid[int(np.argmin(worst_regret(seen, np.ones(seen.shape, bool))))]
    judged = judge(evaluation, np.stack([exhaustive, chosen(answer)]), settings).gain
    apart = judged[:, 0] - judged[:, 1]
    h = int(np.argmax(patient_mean(apart)))  # the hypothesis under which most is given up
    own = answer.result.leaders[max(answer.result.choice, 0)].gain
    return Row(
        study=name,
        draws=draws_digest(),
        candidates=len(answer.result.points),
        courses=answer.result.spent,
        wall=wall,
        processor=processor,
        choice=answer.choice.name + (" †" if regimens.beyond_given(chosen(answer)) else ""),
        gain=tuple(e.mean for e in own),
        error=tuple(e.error for e in own),
        best_of_grid=regimens.arm(exhaustive).name,
        regret=float(patient_mean(apart)[h]),
        regret_error=float(patient_error(apart)[h]),
    )


def against_random(name: str, system: System, settings: SearchSettings, seeds: int) -> list[tuple[float, float]]:
    """Regret of a search and of random search of equal budget, by seed: the most that each gives up to the other."""
    study = load_study(ROOT / "studies" / f"{name}.toml")
    regimens, rows = regimens_of(study), []
    for seed in range(1, seeds + 1):
        own = study.model_copy(update={"seed": seed})
        s = replace(settings, seed=seed)
        answer = search(own, s, regimens=regimens, system=system)
        evaluation = evaluation_of(own, system, s, regimens)
        n = answer.result.spent // (len(own.hypotheses) * s.first_patients)
        points = regimens.space().sample(seed + 1000, 0, n)
        gain = patient_mean(evaluation(points, 0, s.first_patients).gain)
        other = points[np.argmin(worst_regret(gain, np.ones(gain.shape, bool)))]
        judged = patient_mean(judge(evaluation, np.stack([chosen(answer), other]), s).gain)
        regret = worst_regret(judged, np.ones(judged.shape, bool))
        rows.append((float(regret[0]), float(regret[1])))
        print(f"seed {seed}: search {regret[0]:.2f}, random {regret[1]:.2f} days given up", flush=True)
    return rows


def random_table(names: list[str], system: System, settings: SearchSettings, seeds: int) -> Iterator[str]:
    """Table of searches beside random search of equal budget, sizes in proportion to the candidates."""
    n = settings.candidates
    sizes = {"first_patients": 16, "race_patients": min(400, 3 * n // 5), "fresh_patients": min(400, n // 5)}
    small = replace(settings, **sizes, leaders=max(4, n // 50), cells_bins=2)
    yield "| study | candidates | seeds | search gives up less | search gives up, days | random search, days |"
    yield "|---|--:|--:|--:|--:|--:|"
    for name in names:
        rows = np.array(against_random(name, system, small, seeds))
        least, mean = int((rows[:, 0] <= rows[:, 1]).sum()), rows.mean(axis=0)
        error = rows.std(axis=0, ddof=1) / np.sqrt(seeds)
        own, other = (f"{m:.2f} ± {e:.2f}" for m, e in zip(mean, error, strict=True))
        yield f"| {name} | {n} | {seeds} | {least} | {own} | {other} |"


def _processor() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _say(stage: str, done: int, total: int, /) -> None:
    if done == total:
        print(f"  {stage}: {total}", flush=True)


def lines(rows: list[Row]) -> Iterator[str]:
    """Table of the measured searches."""
    yield (
        "| study | draws | candidates | courses | wall, s | processor, s | choice | gain, days | best of 60 regimens "
        "| given up, days |"
    )
    yield "|---|---|--:|--:|--:|--:|---|---|---|---|"
    for r in rows:
        gain = ", ".join(f"{g:.1f} ± {e:.1f}" for g, e in zip(r.gain, r.error, strict=True))
        lost = f"{r.regret:.2f} ± {r.regret_error:.2f}{'' if r.holds else ' (too much)'}"
        yield (
            f"| {r.study} | {r.draws} | {r.candidates} | {r.courses} | {r.wall:.0f} | {r.processor:.0f} | {r.choice} | "
            f"{gain} | {r.best_of_grid} | {lost} |"
        )


def with_kept(text: str, page: str) -> str:
    """Table of this run with the lines of a page for studies that were not run again, in the order of `STUDIES`."""
    head, own = text.splitlines()[:2], text.splitlines()[2:]
    old = sections(page).get(SECTION, "").splitlines()[3:-1]
    by = {line.split("|")[1].strip(): line for line in (*old, *own)}
    return "\n".join([*head, *(by[name] for name in sorted(by, key=STUDIES.index))])


def main() -> None:
    """Measure, print, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--studies", nargs="+", default=list(STUDIES))
    parser.add_argument("--candidates", type=int, default=2000)
    parser.add_argument("--seeds", type=int, default=0, help="against random search in so many seeds instead")
    parser.add_argument("--write", type=Path, help="folder of the page")
    given = parser.parse_args()
    system = shipped_system()
    settings = SearchSettings(candidates=given.candidates, batch=min(250, max(given.candidates // 4, 8)))
    if given.seeds:
        text = "\n".join(random_table(given.studies, system, settings, given.seeds))
        print(text)
        if given.write:
            page = given.write / "window.md"
            write_text(page, put_section(page.read_text(encoding="utf-8"), "search-random", text))
        return
    measured = []
    for name in given.studies:
        print(name, flush=True)
        measured.append(measure(name, system, settings))
    text = "\n".join(lines(measured))
    print(text)
    if given.write:
        page = given.write / "window.md"
        old = page.read_text(encoding="utf-8")
        write_text(page, put_section(old, SECTION, with_kept(text, old)))


if __name__ == "__main__":
    main()
