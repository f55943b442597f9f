"""The joint fit of untreated populations finds what made the deaths and the labs."""

import numpy as np
import pytest

from hepatica.calibrate.natural_history import courses as module
from hepatica.calibrate.natural_history import fit, intensity
from hepatica.calibrate.natural_history.courses import death_rows, follow
from hepatica.calibrate.natural_history.targets import Met
from hepatica.patients import load_population


def test_the_fit_of_deaths_finds_what_made_them(system, courses, monkeypatch):
    """Deaths made by other intensities are met by them: the shares, since several sets of intensities make the same."""
    truth = {n: 2.0 * system.model.parameters[n].value for n in ("liver_rate", "circulation_rate", "brain_rate")}
    care = {"alf_paracetamol": {"transplant_rate": 0.02}}
    made = {k: c.outcomes(truth | care.get(k, {})) for k, c in courses.items()}
    days = (14.0, 28.0, 90.0)
    kinds = ("transplant_free_survival", "transplanted")

    def published(source):
        key = "alf_paracetamol" if source.publication in ("tujios2022", "rubin2018", "macdonald2021") else "hbv_aclf"
        at = courses[key].simulated["time"].values
        return [
            intensity.Event(v, t, float(made[key].of(v)[int(np.argmin(np.abs(at - t)))]), 1_000_000)
            for t in days
            for v in kinds
        ]

    monkeypatch.setattr(intensity, "published", published)
    monkeypatch.setattr(module, "COHORT_SD", 0.002)
    monkeypatch.setattr(fit, "group_rows", lambda *_: [])
    found = fit.fit_deaths(courses, system, {})
    for key, course in courses.items():
        own = found | ({"transplant_rate": found[key]} if key in found else {})
        for row in death_rows(course, own):
            assert row.simulated == pytest.approx(row.published, abs=0.01), (key, row.variable, row.time)


def test_a_misfit_is_of_the_middle_and_on_day_0_of_the_spread():
    assert fit.lab_misfit(Met("inr", 7.0, 2.0, 2.2)) == pytest.approx([np.log(1.1) / fit.TOLERANCE])
    spread = fit.lab_misfit(Met("inr", 0.0, 2.0, 2.0, spread=0.2, published_spread=0.4))
    assert spread == pytest.approx([0.0, fit.SPREAD_WEIGHT * np.log(0.5)])


def test_own_quantities_follow_the_labs_at_admission(system):
    """A population whose flare was halved gets it back from labs that the usual one has."""
    usual = load_population("hbv_aclf")
    rows = fit.lab_rows(follow(system, usual, n=6, seed=3), system, {})
    assert any(r.time == 0 for r in rows)
    small = fit.with_factor(usual, "insult.effectors_young", 0.4)
    found = fit.fit_at_admission(system, small, {}, {}, n=6, seed=3)

    def misfit(p):
        met = fit.lab_rows(follow(system, p, n=6, seed=3), system, {})
        return sum(x**2 for m in met if m.time == 0 for x in fit.lab_misfit(m))

    assert misfit(found) < misfit(small)
