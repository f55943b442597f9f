"""The joint fit of untreated populations finds what made the labs, prints them, and writes nothing unless asked to."""

from importlib.resources import files
from pathlib import Path

import joint_fit as fit
import numpy as np
import pytest
from joint_fit_moves import Moves

from hepatica.calibrate.natural_history.courses import Met, follow
from hepatica.patients import load_population


def test_a_misfit_is_of_the_middle_and_on_day_0_of_the_spread():
    assert fit.lab_misfit(Met("inr", 7.0, 2.0, 2.2)) == pytest.approx([np.log(1.1) / fit.TOLERANCE])
    spread = fit.lab_misfit(Met("inr", 0.0, 2.0, 2.0, spread=0.2, published_spread=0.4))
    assert spread == pytest.approx([0.0, fit.SPREAD_WEIGHT * np.log(0.5)])


def test_own_quantities_follow_the_labs_at_admission(system):
    """A population whose flare was halved gets it back from labs that the usual one has."""
    usual = load_population("hbv_aclf")
    rows = fit.lab_rows(follow(system, usual, n=6, seed=3), system)
    assert any(r.time == 0 for r in rows)
    small = fit.with_factor(usual, "insult.effectors_young", 0.4)
    found = fit.fit_at_admission(system, small, {}, n=6, seed=3)

    def misfit(p):
        met = fit.lab_rows(follow(system, p, n=6, seed=3), system)
        return sum(x**2 for m in met if m.time == 0 for x in fit.lab_misfit(m))

    assert misfit(found) < misfit(small)


def test_derivatives_are_taken_over_steps_that_the_noise_of_solves_does_not_hide():
    """From 0, by a tenth of the logarithm of a factor; over steps of 1e-8 such noise is all that would be seen."""
    tried = []

    def residual(x):
        tried.append(x.copy())
        return np.array([x[0] - 0.7, 2 * (x[1] + 0.3)]) + 1e-6 * np.sin(1e7 * x)

    assert fit._searched(residual, 2, 10) == pytest.approx([0.7, -0.3], abs=1e-3)
    assert (tried[0] == 0).all() and [np.abs(x).max() for x in tried[1:3]] == pytest.approx([0.1, 0.1])


def test_every_lab_is_printed_and_nothing_written(monkeypatch, capsys):
    keys = ("hbv_aclf", "compensated_cirrhosis")
    moves = Moves.of(keys)
    monkeypatch.setattr(fit, "populations", lambda: keys)
    monkeypatch.setattr(fit, "fit_labs", lambda *_, **__: (moves, np.zeros(len(moves.tolerances))))
    monkeypatch.setattr("sys.argv", ["joint_fit", "--patients", "3"])
    table = Path(str(files("hepatica.model.modules"))) / "immune.toml"
    before = table.read_bytes()
    fit.main()
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines} == set(keys) and table.read_bytes() == before
    assert any(" alt " in line for line in lines)
