"""Laboratory values that each mechanism of infused cells reaches, when, and the size that printed effects would need.

    python experiments/lab_channels.py [--patients 48] [--population stable_decompensated_cirrhosis] [--write docs]

Patients at typical values of all that is not known, standard care beside 1e6 cells per kg, four times, weekly. Each
mechanism acts alone, harms left out; differences are means over patients of their paired difference, with
no weight by survival. Nothing is learnt, and no trial's result is used but the one printed beside: Zekri2015, one
session, whose product is a hybrid, with G-CSF, and whose SDs are implausibly small.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from cell_effects_cases import MECHANISMS, UNEXPLAINED
from cell_effects_run import TIMES, Result, run
from cell_effects_tables import table

from hepatica.admission import admit
from hepatica.calibrate.matching import simulated_arm
from hepatica.calibrate.natural_history.courses import typical_draws
from hepatica.engine import System, shipped_system
from hepatica.evidence import load
from hepatica.files import write_text
from hepatica.outcomes.scores import meld
from hepatica.patients import Admitted, Draws, load_population
from hepatica.simulation import Arm
from hepatica.therapy import Regimen

Floats = np.ndarray
DAYS = np.array([0.0, 14.0, 30.0, 60.0, 90.0, 180.0])
COURSE = np.unique(np.concatenate([np.arange(0.0, 91.0, 2.0), np.arange(90.0, 361.0, 10.0), DAYS]))
PRINTED = np.array([0.0, 14.0, 30.0, 60.0, 90.0, 180.0, 270.0, 360.0])
LATE = np.array([0.0, 30.0, 90.0, 180.0, 270.0, 360.0])
SURVIVING = ("stable_decompensated_cirrhosis", "decompensated_cirrhosis", "hbv_aclf")
LABS = ("albumin", "bilirubin", "inr", "meld")
HEAD = ("albumin g/L", "bilirubin mg/dL", "INR", "MELD")
CARE = Arm("care")
ARMS = (CARE, Arm("cells", Regimen(1e6, infusions=4, duration=1 / 24)))
PLANS: dict[str, Regimen] = {
    "1e6 once": Regimen(1e6, duration=1 / 24),
    "1e6 x4, weekly": Regimen(1e6, infusions=4, duration=1 / 24),
    "1e6 x4, every four weeks": Regimen(1e6, infusions=4, interval=28.0, duration=1 / 24),
    "4e6 once": Regimen(4e6, duration=1 / 24),
    "4e6 once over 8 h": Regimen(4e6, duration=8 / 24),
}
OF_CELLS = tuple(dict.fromkeys(p for parameters in MECHANISMS.values() for p in parameters))
HELPING = tuple(dict.fromkeys(p for name, pars in MECHANISMS.items() if "harm" not in name for p in pars))
HYPOTHESES: dict[str, dict[str, float]] = {
    "mediators tenfold as strong": {"cells_half": 0.1},
    "cells that never die": {"death_lung": 1e-4, "death_organ": 1e-4},
    "growth factor drives tenfold": {"efficacy_regeneration": 10.0},
    "scar dissolved tenfold": {"efficacy_mmp": 10.0},
    "all efficacies threefold": {},
}
"""Factors on parameters, tried one at a time; what the last one moves is every efficacy of the cells."""
LIVERS: dict[str, dict[str, float]] = {
    "function that scar takes is back": {"function_loss": 0.0},
    "senescent hepatocytes work as others": {"function_senescent": 1.0},
    "both": {"function_loss": 0.0, "function_senescent": 1.0},
}
"""Livers that would show labs of the printed size without any cells: what cells would have to do, and by which day."""
TEXT = """Made by `python experiments/lab_channels.py --write docs`: model {model}, {size} patients with
{population} at typical values, seed {seed}; nothing here is learnt. For research use. Not a medical device.

Differences from standard care are means of paired differences, not weighted by survival. Beside them stands what the
one controlled trial with a course of labs that this package holds printed for one session (Zekri2015: a hybrid product
with G-CSF, whose SDs are implausibly small)."""
NEEDED = """What would have to be true for labs of the printed size: first, cells that are stronger or live longer, one
assumption at a time; then livers that need no cells, in which function that disease takes is given back. None is part
of the model: they are assumptions of their own, there to say which discovery would close the distance."""
SESSIONS = """The same trial's second session, four months after the first, beside the model given each session's
MSC-like half (5e7 cells), without its CD34 cells and G-CSF. A second session brings the model's effect back, of the
first one's size and no larger: what is printed stays and grows, which no mechanism of the model does."""
SURVIVORS = """Trials print means of those alive at a visit. Where cells keep sicker people alive, these could hide an
effect: the difference in everybody, alive or not, beside that of the means of those alive. In stable cirrhosis they
hide nothing; in decompensated cirrhosis a part, at the most two thirds of bilirubin's in the first month; in HBV-ACLF
those alive show more from the second month on. The distance to what Zekri2015 printed is not there."""
WHEN = """Onset is the first day with half of the largest difference, peak the day of the largest, fading the first day
after it with less than half; a dash where the difference does not fade within a year. Trials taken together are said
to show onset in weeks 2 to 4, a peak in weeks 4 to 12 and fading by about week 24, a summary without a source of its
own; a trial sees no day between its visits."""


class Phases(NamedTuple):
    """Days on which an effect has half of its largest size, its largest size, and again less than half."""

    onset: float
    peak: float
    fading: float

    def __str__(self) -> str:
        """Whole days between strokes, a dash where there is none."""
        return "/".join(f"{x:.0f}" if np.isfinite(x) else "-" for x in self)


def phases(times: Floats, effect: Floats) -> Phases:
    """Onset, peak and fading of a course of differences, (time,), linear between its days; NaN days are left out."""
    seen = np.isfinite(effect)
    times, size = times[seen], np.abs(effect[seen])
    if not len(times) or size.max() == 0:
        return Phases(np.nan, np.nan, np.nan)
    top = int(size.argmax())
    half = size[top] / 2
    rising = int(np.argmax(size >= half))
    before = max(rising - 1, 0)
    onset = np.interp(half, size[[before, rising]], times[[before, rising]]) if rising else times[0]
    below = np.flatnonzero(size[top:] < half)
    if not len(below):
        return Phases(float(onset), float(times[top]), np.nan)
    last = [top + int(below[0]) - 1, top + int(below[0])]
    return Phases(float(onset), float(times[top]), float(np.interp(-half, -size[last], times[last])))


def labs(result: Result) -> dict[str, Floats]:
    """Labs and MELD, (arm, patient, time)."""
    v = dict(result.values)
    v["meld"] = np.asarray(meld(bilirubin=v["bilirubin"], inr=v["inr"], creatinine=v["creatinine"]))
    return v


def differences(
    system: System,
    patients: Admitted,
    arms: Sequence[Arm] = ARMS,
    *,
    off: Sequence[str] = (),
    sets: Mapping[str, float] | None = None,
    times: Floats = DAYS,
) -> dict[str, Floats]:
    """Mean paired difference of each lab between the second arm and the first, on each day."""
    v = labs(run(system, patients, arms, off=(*UNEXPLAINED, *off), sets=sets, times=times))
    return {lab: np.nanmean(v[lab][1] - v[lab][0], axis=0) for lab in LABS}


def of_liver(system: System, patients: Admitted, sets: Mapping[str, float]) -> dict[str, Floats]:
    """Mean paired difference of each lab under standard care between a liver with other properties and the usual."""
    usual, other = (labs(run(system, patients, ARMS[:1], sets=s, times=DAYS)) for s in ({}, sets))
    return {lab: np.nanmean(other[lab][0] - usual[lab][0], axis=0) for lab in LABS}


def tried(system: System, name: str) -> dict[str, float]:
    """Parameters under a hypothesis on the size of effects."""
    typical = {n: system.model.parameters[n].value for n in system.parameters}
    if name.startswith("all"):
        return {p: 3.0 * typical[p] for p in HELPING if p.startswith("efficacy")}
    return {p: factor * typical[p] for p, factor in HYPOTHESES[name].items()}


def printed(times: Floats = DAYS, treated: str = "one") -> dict[str, Floats]:
    """Difference of the change from day 0 between an arm and control in Zekri2015, on each day; NaN where none."""
    publication = load("zekri2015")
    by = {(o.arm, o.variable, o.time): float(o.value) for o in publication.observations if o.kind == "mean_sd"}

    def change(arm: str, lab: str, day: float) -> float:
        return by.get((arm, lab, day), np.nan) - by.get((arm, lab, 0.0), np.nan)

    return {lab: np.array([change(treated, lab, d) - change("ctrl", lab, d) for d in times]) for lab in LABS}


def sizes(name: str, effect: Mapping[str, Floats]) -> tuple[str, ...]:
    """One row of a table: each lab on the days after the first."""
    return (name, *("/".join(f"{x:+.2f}" for x in effect[lab][1:]) for lab in LABS))


def channels(system: System, patients: Admitted) -> Iterator[tuple[str, ...]]:
    """Rows: what was printed, all mechanisms, and each alone."""
    yield sizes("printed, Zekri2015, one session", printed())
    yield sizes("all", differences(system, patients))
    for name, parameters in MECHANISMS.items():
        if "harm" not in name and parameters != UNEXPLAINED:
            off = [p for p in OF_CELLS if p not in parameters]
            yield sizes(f"alone: {name}", differences(system, patients, off=off))


def needed(system: System, patients: Admitted) -> Iterator[tuple[str, ...]]:
    """Rows: what would have to be true for effects of the printed size."""
    for name in HYPOTHESES:
        yield sizes(name, differences(system, patients, sets=tried(system, name)))
    for name, sets in LIVERS.items():
        yield sizes(f"no cells, but {name}", of_liver(system, patients, sets))


def sessions(system: System, patients: Admitted) -> Iterator[tuple[str, ...]]:
    """Rows: one session and two of Zekri2015, four months apart, printed and simulated with the cells of each."""
    publication = load("zekri2015")
    for arm, name in (("one", "one session"), ("two", "two sessions")):
        made = simulated_arm(publication, publication.arm(arm))
        assert not isinstance(made, str)
        yield sizes(f"printed, {name}", printed(LATE, arm))
        given = Arm(arm, made.given.regimen, made.given.product)
        yield sizes(f"model, {name}", differences(system, patients, (CARE, given), times=LATE))


def survivors(system: System, known: Draws, n: int, seed: int) -> Iterator[tuple[str, ...]]:
    """Rows: difference in everybody, paired, and of the means of those alive in each arm, as trials print it."""
    days = [int(np.argmin(np.abs(TIMES - d))) for d in DAYS]
    for key in SURVIVING:
        patients = admit(system, load_population(key), n, seed=seed, draws=1, known=known)
        result = run(system, patients, ARMS, off=UNEXPLAINED)
        v, alive = labs(result), np.exp(-result.hazard())
        everybody, living = {}, {}
        for lab in LABS:
            good = np.isfinite(v[lab]).all(axis=(0, 2)) & np.isfinite(alive).all(axis=(0, 2))
            value, weight = v[lab][:, good], alive[:, good]
            mean = (weight * value).sum(1) / weight.sum(1)
            everybody[lab] = (value[1] - value[0]).mean(0)[days]
            living[lab] = (mean[1] - mean[0])[days]
        yield sizes(f"{key.replace('_', ' ')}: everybody", everybody)
        yield sizes(f"{key.replace('_', ' ')}: those alive", living)


def course(system: System, patients: Admitted) -> Iterator[tuple[str, ...]]:
    """Rows: onset, peak and fading of what was printed, and of the model's by plan."""
    seen = printed(PRINTED)
    yield ("printed, Zekri2015, one session", *(str(phases(PRINTED, seen[lab])) for lab in LABS))
    for name, regimen in PLANS.items():
        effect = differences(system, patients, (CARE, Arm(name, regimen)), times=COURSE)
        yield (name, *(str(phases(COURSE, effect[lab])) for lab in LABS))


def page(system: System, patients: Admitted, alive: Iterator[tuple[str, ...]], **made: object) -> str:
    """The page, as Markdown."""
    days = ", ".join(f"{d:g}" for d in DAYS[1:])
    return "\n\n".join(
        [
            "# Laboratory values that cells reach, and when",
            TEXT.format(model=system.model.hash[:12], **made),
            f"## By mechanism\n\nDays {days}.",
            table(("mechanism", *HEAD), [*channels(system, patients)]),
            f"## What the printed size would need\n\n{NEEDED} Days {days}.",
            table(("assumption", *HEAD), [*needed(system, patients)]),
            f"## One session and two\n\n{SESSIONS} Days {', '.join(f'{d:g}' for d in LATE[1:])}.",
            table(("arm", *HEAD), [*sessions(system, patients)]),
            f"## Do survivors hide it?\n\n{SURVIVORS} Days {days}.",
            table(("people", *HEAD), [*alive]),
            f"## Onset, peak and fading\n\n{WHEN} Days, onset/peak/fading.",
            table(("plan", *HEAD), [*course(system, patients)]) + "\n",
        ]
    )


def main() -> None:
    """Print the page, or write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=48)
    parser.add_argument("--population", default="stable_decompensated_cirrhosis")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--write", type=Path, help="folder of the documentation")
    options = parser.parse_args()
    system, population = shipped_system(), load_population(options.population)
    patients = admit(
        system, population, options.patients, seed=options.seed, draws=1, known=typical_draws(system), replace=False
    )
    made = {"size": options.patients, "population": options.population.replace("_", " "), "seed": options.seed}
    alive = survivors(system, typical_draws(system), options.patients, options.seed)
    text = page(system, patients, alive, **made)
    if options.write is None:
        print(text)
    else:
        write_text(options.write / "lab-channels.md", text)


if __name__ == "__main__":
    main()
