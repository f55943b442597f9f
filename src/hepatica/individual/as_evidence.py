"""Real people as evidence of the untreated course: their file becomes one publication, in memory.

The calibration then learns from it as from printed ones. People are grouped by the virtual population whose door they
would have passed on day 0 (its causes and its limits of admission) and by what they were given; a group says, lab by lab
and day by day, the mean of those measured, with their SD and number, and how many were alive without a transplant.
Who passes no door is kept and shown, in groups that no population predicts.

Those without coma were given plasma exchange and steroids by how ill they were, and one population stands for all of them.
Their levels on day 0, the spread of these and their survival are therefore told of all together (`POOLED`); the groups
tell only how each lab goes on from where it began. Else the treatments would be learnt to do harm.

How numbers are made
--------------------
Labs but albumin are means of a lognormal: from mean and SD of the logarithms, which are nearly symmetric where ALT, AST
and bilirubin are not, so that three people do not make the mean. What is compared with it, a mean of virtual survivors,
is the same quantity; a median would not be. Later means are used as ratios to day 0, since enzymes and bilirubin fall by
shares, whatever they began with. Albumin varies little and is told as the paired change since day 0 of those measured on
both days. Of the variance between people the error of measurement is taken away, on day 0 also of the SD, which is what
informs how people differ; later SDs, which give standard errors only, keep it.

What is lost
------------
A likelihood person by person would know which bilirubin goes with which INR, follow each person from visit to visit, and
weigh those who die or leave by what their labs were. Here labs and days of a group count as numbers beside each other,
with an assumed correlation between days, each with the n measured on that day, so what is missing must be missing at
random among the living of a group; sicker people, measured more often or gone sooner, bias means a little. The hierarchy
is that of all evidence: people around their group by a common factor on all spreads, groups around the population by a
variance between cohorts, population values by the emulator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.evidence import Publication, load
from hepatica.evidence.observations import VARIABLES, Arm, Observation
from hepatica.evidence.publications import keys
from hepatica.individual.file import AGE, COMA, LABS, PLASMA, STEROID, People, read_people, read_table
from hepatica.individual.pool import HORIZON
from hepatica.individual.weights import MEASURED
from hepatica.outcomes.scores import meld
from hepatica.patients import Population, load_population
from hepatica.variables import variable

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
LEAST_PEOPLE = 8
"""People in a group below which it is shown and not used."""
LEAST_MEASURED = 3  # for a mean with an SD
ADDITIVE = ("albumin",)  # told as it is, all else through logarithms
EXCHANGED = tuple(lab for lab in LABS if "plasma_exchange" in variable(lab).removed_by)
"""What an exchange of plasma washes out or brings: after one, on an unknown day, it says little of the untreated course."""
FILTERED = tuple(lab for lab in LABS if "dialysis" in variable(lab).removed_by)  # a treatment that the model has not
_IMMUNE = ("hav", "hbv", "hev", "hepatitis", "aih", "autoimmune", "dili", "drug", "unknown", "indeterminate")
CAUSES: Mapping[str, tuple[str, ...]] = {
    "alf_paracetamol": ("paracetamol", "acetaminophen"),
    "alf_indeterminate": _IMMUNE,
    "acute_liver_injury": _IMMUNE,
}
"""Words of a cause, and the population that is simulated so: effector cells that kill hepatocytes stand for viruses,
autoimmunity, idiosyncratic drug injury and what nobody found. The first that fits counts."""
POOLED = ("acute_liver_injury",)
"""Populations whose people, whatever they were given, also stand together, on day 0 and at the end."""
CHRONIC = ("aclf", "acute-on-chronic", "cirrho")  # no population of acute failure is like them
GIVEN = ("no plasma exchange or steroid", "plasma exchange", "corticosteroid", "plasma exchange and corticosteroid")
ALL = -1  # whatever was given
SHOWN = "the mean of the same people stands for them"
SEVERITY = "treatment went by severity; it counts once, of all together"
ALL_NOTE = "day 0 was before treatment, and their survival is taken as if none of it had changed it."
LEVEL = "its unit is assumed, so that only its course counts"
WEEKLY = ("treatment", "subject", "week", "sbvalue")
WEEKLY_KEY, UMOL = "carithers1989", 17.1  # umol/L of bilirubin in one mg/dL
WEEKLY_ARMS = {"placebo": "placebo", "treated": "steroid"}


def as_publications(path: Path) -> tuple[Publication, ...]:
    """Read a file of people and tell it as evidence.

    Parameters
    ----------
    path : Path
        A CSV file as `hepatica.individual.file` says, or weekly bilirubin of a trial of a steroid in alcoholic
        hepatitis (columns treatment, subject, week, sbvalue in umol/L), whose printed means it then replaces.

    Returns
    -------
    tuple of Publication
        One, with the role ``calibration`` and no cells; it takes the place of one that ships with the same key.

    Raises
    ------
    InputError
        If the file cannot be used: says where, what was got and what to do.

    Examples
    --------
    >>> import tempfile
    >>> rows = ["id,BloodColectionDate,Alb,SurvivalOrDeath"] + [f"{i},0,{3 + i / 9},Survival" for i in range(9)]
    >>> path = Path(tempfile.mkdtemp()) / "seen.csv"
    >>> _ = path.write_text(chr(10).join(rows))
    >>> found = as_publications(path)[0]
    >>> found.key, found.arms[0].n, [(o.variable, o.value) for o in found.observations if not found.lacks(o)]
    ('seen', 9, [('albumin', 34.4444), ('transplant_free_survival', 100.0)])
    """
    path = Path(path)
    rows = read_table(path)
    if set(WEEKLY) <= set(rows.columns):
        return (_weekly(path, rows),)
    people = read_people(path)
    observations: list[Observation] = []
    arms: list[Arm] = []
    for group in grouped(people):
        arms.append(group.arm(people))
        observations += [o for o in _observations(people, group) if o.arm == arms[-1].id]
    return (_publication(people, arms, observations),)


@dataclass(frozen=True)
class Group:
    """People who came through one door and were given the same.

    Attributes
    ----------
    population : str
        Key of a virtual population; "none" where none is like them.
    why : str
        Why not, in a word: empty, ``without coma`` or ``otherwise``.
    given : int
        Position in `GIVEN`; `ALL` for those of a population together.
    who : (n,) of bool
        Of all people.
    """

    population: str
    why: str
    given: int
    who: Bools

    @property
    def id(self) -> str:
        """Name inside the publication."""
        if self.given == ALL:
            return self.population
        return f"{self.why or self.population} {('untreated', 'exchange', 'steroid', 'both')[self.given]}".replace(
            " ", "_"
        )

    def arm(self, people: People) -> Arm:
        """The group as an arm."""
        notes = []
        if self.given == ALL:
            n, label = int(self.who.sum()), f"like {self.population}: all, whatever they were given"
            return Arm(
                id=self.id, label=label, n=n, population=self.population, note="Simulated untreated: " + ALL_NOTE
            )
        if self.given & 1:
            notes.append(
                "Days of plasma exchange are not in the file; three sessions are simulated, labs that they move not used."
            )
        if self.given & 2:
            notes.append("A pulse of methylprednisolone; a corticosteroid held over the course is simulated.")
        if self.why == "without coma":
            notes.append("Their cause, or a lab on day 0, is outside what acute injury without coma is admitted with.")
        elif self.why:
            notes.append("Their cause, or a lab on day 0, is outside what the virtual populations are admitted with.")
        label = f"{self.why or 'like ' + self.population}: {GIVEN[self.given]}"
        co = GIVEN[self.given] if self.given else ""
        n = int(self.who.sum())
        return Arm(id=self.id, label=label, n=n, population=self.population, co_treatment=co, note=" ".join(notes))


def grouped(people: People) -> tuple[Group, ...]:
    """People by population and treatment; everyone is in one group, those of `POOLED` also in one together."""
    labs = _day_0(people)
    door = np.full(len(people.ids), "none", object)
    cause = people.cause if len(people.cause) else np.full(len(people.ids), "", object)
    for key, words in CAUSES.items():
        alike = np.array([_caused(str(text), key, words) for text in cause])
        door = np.where(alike & (door == "none") & admitted(load_population(key), labs), key, door)
    coma = labs["encephalopathy"]
    awake = (door == "none") & ~(coma >= 1)  # not known counts as awake: nobody noted a coma
    found = []
    for name in (*CAUSES, "without coma", "otherwise"):
        mine = awake if name == "without coma" else (door == "none") & ~awake if name == "otherwise" else door == name
        if name in POOLED and mine.any():
            found.append(Group(name, "", ALL, mine))
        for given in range(len(GIVEN)):
            who = mine & (people.arm == given)
            if who.any():
                found.append(Group(name, "", given, who) if name in CAUSES else Group("none", name, given, who))
    return tuple(found)


def admitted(population: Population, labs: Mapping[str, Floats]) -> Bools:
    """Who is inside the population's limits on day 0; a lab that was not measured lets nobody in.

    Examples
    --------
    >>> labs = {"inr": np.array([2.0, 1.2, np.nan]), "bilirubin": np.full(3, 9.0), "alt": np.full(3, 800.0)}
    >>> admitted(load_population("alf_indeterminate"), labs | {"encephalopathy": np.ones(3)}).tolist()
    [True, False, False]
    """
    found = np.ones(len(next(iter(labs.values()))), bool)
    for name, limits in population.inclusion.items():
        if name in labs:
            found &= (labs[name] >= limits.low) & (labs[name] <= limits.high)
    return found


def _caused(text: str, key: str, words: Sequence[str]) -> bool:
    """Whether a cause is that of a population; nothing written is not known."""
    if any(word in text for word in CHRONIC):
        return False
    stated = text.partition(";")[0]
    return any(word in text for word in words) or (key == "alf_indeterminate" and not stated.strip())


def _day_0(people: People) -> dict[str, Floats]:
    labs: dict[str, Floats] = {name: np.exp(people.at(name, 0.0)) for name in LABS}
    scored = meld(bilirubin=labs["bilirubin"], creatinine=labs["creatinine"], inr=labs["inr"])
    return labs | {"encephalopathy": people.coma, "meld": np.asarray(scored, float)}


def _observations(people: People, group: Group) -> Iterator[Observation]:
    """All that a group says; what is not used says why."""
    few = "" if group.who.sum() >= LEAST_PEOPLE else f"fewer than {LEAST_PEOPLE} people"
    for lab in people.labs:
        for k, day in enumerate(people.days):
            if group.given == ALL and day > 0:
                continue
            who = group.who.copy()
            if lab in FILTERED and len(people.dialysed):
                who &= ~people.dialysed
            why = few or _unlike(lab, float(day), group.given)
            if group.given == ALL and lab == "ammonia":
                why = why or LEVEL
            yield from told(group.id, lab, float(day), people.labs[lab][who, k], people.labs[lab][who, 0], why)
    event = people.event[group.who]
    event = event[np.isfinite(event)]
    if len(event):
        why = few or (SEVERITY if group.population in POOLED and group.given != ALL else "")
        yield Observation(
            arm=group.id, variable="transplant_free_survival", unit="percent", time=HORIZON, kind="proportion",
            value=_short(100 * (1 - event.mean())), n=len(event), usable=not why,
            note=why or f"the day is assumed to be {HORIZON:g}: the file has no times of events")  # fmt: skip


def _unlike(lab: str, day: float, given: int) -> str:
    """Why a lab says nothing of the course on a day; empty if it does."""
    if given == ALL or not given & 1 or lab not in EXCHANGED or day == 0:
        return ""
    return "plasma was exchanged, which moves it, on days that the file does not say"


def told(arm: str, lab: str, day: float, now: Floats, first: Floats, why: str) -> Iterator[Observation]:
    """What is said of a lab of some people on a day; `why` says why it must not be used.

    Parameters
    ----------
    now, first : (n,)
        Values on the day and on day 0, in the model's units; NaN where not measured.
    """
    seen = np.isfinite(now)
    if seen.sum() < LEAST_MEASURED or np.ptp(now[seen]) == 0:
        return
    values, error = now[seen], MEASURED[lab] ** 2
    row = {"arm": arm, "variable": lab, "unit": VARIABLES[lab], "time": day}
    if lab in ADDITIVE:
        mean, variance = float(values.mean()), float(values.var(ddof=1))
        true = _without(variance, error * mean**2)
    else:
        log = np.log(values)
        s2 = float(log.var(ddof=1))
        mean = float(np.exp(log.mean() + _without(s2, error) / 2))
        variance, true = (mean**2 * float(np.expm1(s)) for s in (s2, _without(s2, error)))
    sd = float(np.sqrt(true if day == 0 else variance))
    plain = {"n": len(values), "usable": not why, "note": why}
    yield Observation(**row, kind="mean_sd", value=_short(mean), sd=_short(sd), **plain)
    if lab not in ADDITIVE:
        q1, median, q3 = (_short(float(q)) for q in np.quantile(values, (0.25, 0.5, 0.75)))
        yield Observation(**row, kind="median", value=median, q1=q1, q3=q3, n=len(values), usable=False, note=SHOWN)
    both = seen & np.isfinite(first)
    change = (now - first)[both]
    if lab in ADDITIVE and day > 0 and len(change) >= LEAST_MEASURED and np.ptp(change) > 0:
        size = _short(float(change.std(ddof=1)))
        yield Observation(
            **row, kind="change", value=_short(float(change.mean())), sd=size, **plain | {"n": len(change)}
        )


def _without(variance: float, error: float) -> float:
    """Variance without that of measurement; at least half of it stays, since both are estimates."""
    return max(variance - error, variance / 2)


def _short(x: float) -> float:
    return float(f"{x:.6g}")


def _publication(people: People, arms: Sequence[Arm], observations: Sequence[Observation]) -> Publication:
    """Arms and observations with what may be wrong about them."""
    absent = [c for c in (AGE, COMA, PLASMA, STEROID) if c in people.absent]
    notes = [*people.notes, *(people.absent[c] for c in absent if c != AGE)]
    filtered = int(people.dialysed.sum()) if len(people.dialysed) else 0
    if filtered:
        notes.append(f"creatinine and ammonia of {filtered} people are left out: their blood was filtered")
    key = Path(people.name).stem
    return Publication(
        key=key,
        title=f"People of {people.name}, day by day",
        cite=load(key).cite if key in keys() else key,
        country="not in the file",
        design="people followed one by one, not randomised; summed up by group when it is read",
        role="calibration",
        disease="acute liver injury or failure",
        risk_of_bias="some",
        bias="Treatment was chosen, not drawn by lot; its schedule and the time of death or transplant are not in the file.",
        note=". ".join(notes),
        arms=tuple(arms),
        observations=tuple(observations),
    )


def _weekly(path: Path, rows: pd.DataFrame) -> Publication:
    """Weekly bilirubin of a trial that ships as means: the same publication with means made of its people."""
    printed = load(WEEKLY_KEY)
    values = {name: _numbers(path, rows, name) for name in ("week", "sbvalue", "subject")}
    if wrong := sorted(set(rows["treatment"]) - set(WEEKLY_ARMS)):
        raise InputError(f"{path.name}: treatment", wrong[0], f"one of {', '.join(WEEKLY_ARMS)}")
    table = pd.DataFrame({"arm": rows["treatment"].map(WEEKLY_ARMS)} | values)
    if (twice := table.duplicated(["subject", "arm", "week"])).any():
        got = f"{table['week'][twice].iloc[0]:g} of one subject twice"
        raise InputError(f"{path.name}: week", got, "one row per subject and week")
    middle = float(table["sbvalue"].median()) if table["sbvalue"].notna().any() else np.nan
    if not 50 <= middle <= 1000 or (table["sbvalue"] <= 0).any():
        raise InputError(
            f"{path.name}: sbvalue", f"a median of {middle:g}", "bilirubin above 0 in umol/L; 1 mg/dL is 17.1"
        )
    found: list[Observation] = []
    for arm, own in table.groupby("arm"):
        wide = own.pivot(index="subject", columns="week", values="sbvalue") / UMOL
        n = printed.arm(str(arm)).n
        if len(wide) != n or 0 not in wide:
            raise InputError(f"{path.name}: {arm}", f"{len(wide)} people", f"the {n} of {WEEKLY_KEY}, from week 0 on")
        for k, week in enumerate(wide.columns.to_numpy(float)):
            found += told(
                str(arm), "bilirubin", 7.0 * float(week), wide.iloc[:, k].to_numpy(float), wide[0].to_numpy(float), ""
            )
    rest = [o for o in printed.observations if o.variable != "bilirubin"]
    note = f"Bilirubin is that of the people of {path.name}, alive and sampled in that week, as means of a lognormal."
    return printed.model_copy(update={"observations": (*found, *rest), "note": note})


def _numbers(path: Path, rows: pd.DataFrame, column: str) -> Floats:
    empty = rows[column].str.lower().isin(("", "na", "nan")) & (column == "sbvalue")
    values = pd.to_numeric(rows[column].where(~empty), errors="coerce")
    wrong = (values.isna() & ~empty) | np.isinf(values)
    if wrong.any():
        line = int(np.flatnonzero(wrong)[0]) + 2
        raise InputError(f"{path.name}: {column}", rows[column][wrong].iloc[0], f"a number (line {line})")
    return values.to_numpy(float)
