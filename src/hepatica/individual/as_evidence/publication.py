"""Real people as evidence of the untreated course: their file becomes one publication, in memory.

The calibration then learns from it as from printed ones. People are grouped by the virtual population whose inclusion
criteria they meet on day 0 and by treatment; a group gives, by lab and day, mean, SD and number measured, and the
number alive without a transplant. Those to whom no population applies are shown, in groups that no population predicts.

Among those without coma plasma exchange and steroid were given by severity (confounding by indication), and one
population stands for all of them. Their levels on day 0, the SDs of these and their survival are therefore those of all
together (`groups.POOLED`); the groups only show how each lab changes from where it began. Otherwise the treatments
would appear harmful. Later means are used as ratios to day 0, since enzymes and bilirubin fall by shares, whatever they
began with.

Information lost against a likelihood of each person
----------------------------------------------------
The correlation of labs within a person, the course of each person, and informative dropout: here labs and days of a
group are separate numbers, with an assumed correlation between days, each with the n measured on that day, so that
missing values must be missing at random among the living of a group; sicker people, measured more often or gone sooner,
bias means a little. The hierarchy is that of all evidence: people around their group by a common factor on all SDs,
groups around the population by a variance between cohorts, population values by the emulator.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepatica.evidence import Publication, load
from hepatica.evidence.arms import Arm
from hepatica.evidence.observations import Observation
from hepatica.evidence.publications import keys
from hepatica.individual.as_evidence.groups import POOLED, Group, assign_groups
from hepatica.individual.as_evidence.lab_summaries import lab_observations, short
from hepatica.individual.as_evidence.weekly_bilirubin import is_weekly, weekly_publication
from hepatica.individual.labs import LABS
from hepatica.individual.people import People, PersonField, Treatment
from hepatica.individual.pool import HORIZON
from hepatica.individual.readers.cohort_file import read_people
from hepatica.individual.readers.csv_table import read_table
from hepatica.variables import variable

Floats = NDArray[np.float64]
MIN_PEOPLE = 8
"""People in a group below which it is shown and not used."""
EXCHANGED = tuple(lab for lab in LABS if Treatment.PLASMA_EXCHANGE.value in variable(lab).removed_by)
"""Labs that plasma exchange removes or supplies: after one, on an unknown day, they are not used."""
FILTERED = tuple(lab for lab in LABS if "dialysis" in variable(lab).removed_by)
"""Labs that haemofiltration removes, a treatment that the model does not have."""
CONFOUNDED = "treatment went by severity; it counts once, of all together"
BIAS = "Treatment was chosen, not drawn by lot; its schedule and the time of death or transplant are not in the file."
UNIT_ASSUMED = "its unit is assumed, so that only its course counts"
EXCHANGE_NOTE = "plasma was exchanged, which moves it, on days that the file does not say"


def as_publications(path: Path) -> tuple[Publication, ...]:
    """Read a file of people and summarise it as evidence.

    Parameters
    ----------
    path : Path
        A CSV file as `hepatica.individual.readers.cohort_file.read_people` reads it, or weekly bilirubin of a
        steroid trial in alcoholic hepatitis (columns treatment, subject, week, sbvalue in umol/L), whose printed means
        it then replaces.

    Returns
    -------
    tuple of Publication
        One, with the role ``calibration`` and no cells; it takes the place of one that ships with the same key.

    Raises
    ------
    InputError
        If the file cannot be used: says line and column and what to do, not what stands there.

    Examples
    --------
    >>> import tempfile
    >>> rows = ["id,BloodColectionDate,Alb,SurvivalOrDeath"] + [f"{i},0,{3 + i / 9},Survival" for i in range(9)]
    >>> path = Path(tempfile.mkdtemp()) / "seen.csv"
    >>> _ = path.write_text(chr(10).join(rows))
    >>> seen = as_publications(path)[0]
    >>> seen.key, seen.arms[0].n, [(o.variable, o.value) for o in seen.observations if not seen.lacks(o)]
    ('seen', 9, [('albumin', 34.4444), ('transplant_free_survival', 100.0)])
    """
    table = read_table(Path(path))
    if is_weekly(table):
        return (weekly_publication(table),)
    people = read_people(path)
    groups = assign_groups(people)
    observations = [o for group in groups for o in _observations(people, group)]
    return (_publication(people, [group.arm() for group in groups], observations),)


def _observations(people: People, group: Group) -> Iterator[Observation]:
    """All numbers of a group; those that must not be used say why."""
    few = "" if group.n >= MIN_PEOPLE else f"fewer than {MIN_PEOPLE} people"
    for lab in people.labs:
        for k, day in enumerate(people.days):
            if group.pooled and day > 0:
                continue
            who = group.who.copy()
            if lab in FILTERED and len(people.blood_filtered):
                who &= ~people.blood_filtered
            unusable = few or _uninformative(group, lab, float(day))
            values, baseline = people.labs[lab][who, k], people.labs[lab][who, 0]
            yield from lab_observations(group.id, lab, float(day), values, baseline=baseline, unusable=unusable)
    event = people.event[group.who]
    event = event[np.isfinite(event)]
    if len(event):
        unusable = few or (CONFOUNDED if group.population in POOLED and not group.pooled else "")
        yield _survival(group.id, event, unusable)


def _survival(arm: str, event: Floats, unusable: str) -> Observation:
    """Transplant-free survival of a group."""
    note = unusable or f"the day is assumed to be {HORIZON:g}: the file has no times of events"
    return Observation(
        arm=arm,
        variable="transplant_free_survival",
        unit="percent",
        time=HORIZON,
        kind="proportion",
        value=short(100 * (1 - event.mean())),
        n=len(event),
        usable=not unusable,
        note=note,
    )


def _uninformative(group: Group, lab: str, day: float) -> str:
    """Reason why a lab does not inform the simulated course on a day; empty if it does."""
    if group.treatments is None:
        return UNIT_ASSUMED if lab == "ammonia" else ""
    if Treatment.PLASMA_EXCHANGE in group.treatments and lab in EXCHANGED and day > 0:
        return EXCHANGE_NOTE
    return ""


def _publication(people: People, arms: Sequence[Arm], observations: Sequence[Observation]) -> Publication:
    """Arms and observations with their limitations."""
    fields = (PersonField.ENCEPHALOPATHY, PersonField.PLASMA_EXCHANGE, PersonField.CORTICOSTEROID)
    notes = [*people.notes, *(people.missing_fields[f] for f in fields if f in people.missing_fields)]
    filtered = int(people.blood_filtered.sum()) if len(people.blood_filtered) else 0
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
        bias=BIAS,
        note=". ".join(notes),
        arms=tuple(arms),
        observations=tuple(observations),
    )
