"""Dose finding: few draws must never sound sure, and nothing is simulated twice or less than asked."""

import pickle

import numpy as np
import pytest

from hepatica import admit, dose_study
from hepatica.dose_study import PriorDecision, admit_patients, answer, decide_study, study_population
from hepatica.dosing import Form, confirm, decide, variance_components, verdict
from hepatica.dosing.conclusion import prior_effect
from hepatica.dosing.readers import PRIOR_EFFECT
from hepatica.dosing.utility import OUTPUTS
from hepatica.engine import shipped_system
from hepatica.patients import Draws, posterior
from hepatica.report.dose.verdict import reasons
from hepatica.simulation import simulate
from hepatica.study import check_study


def test_few_draws_are_never_sure(system, monkeypatch, tmp_path):
    """Under a dozen draws, cells saving many in most: their number is a reason, and what is not explained is a doubt."""
    kind = {k: np.full_like(v, 3.0) if k.name == "unexplained_survival" else v for k, v in posterior().columns.items()}
    Draws(kind, posterior().provenance).write(tmp_path / "kind.parquet")
    study = check_study(
        {
            "title": "t",
            "patients": 5,
            "draws": 5,
            "seed": 3,
            "horizon": "180 d",
            "posterior": str(tmp_path / "kind.parquet"),
            "grid": {"dose": ["1e6 cells/kg"], "infusions": [4]},
        }
    )
    found = answer(study, system=system)
    few = found.decision.conclusion
    assert few.form is Form.TRIAL and "too few" in " ".join(reasons(found, "en"))
    monkeypatch.setattr(verdict, "MIN_DRAWS", 1)
    assert "too few" not in " ".join(reasons(answer(study, system=system), "en"))
    monkeypatch.setattr(Draws, "null_effect_probability", lambda self, hypothesis: 0.8)
    doubted = answer(study, system=system).decision.conclusion
    assert doubted.form is not Form.GIVE and doubted.cautious.chance < 0.21  # cells may do nothing in people


SMALL = {
    "title": "t",
    "patients": 6,
    "draws": 3,
    "horizon": "20 d",
    "grid": {"dose": ["1e6 cells/kg", "5e6 cells/kg"], "infusions": [1]},
}


@pytest.fixture(scope="module")
def small():
    return check_study(SMALL)


@pytest.fixture(scope="module")
def found(small, system):
    return answer(small, system=system)


def test_an_answer_goes_through_pickle(small):
    """Of the model from the cache, too, whose expressions are assembled when they are asked for; the copy can simulate."""
    one = answer(small, system=shipped_system())
    again = pickle.loads(pickle.dumps(one))
    assert again.decision.frame().equals(one.decision.frame()) and again.system.model == one.system.model
    followed = [simulate(a.system, a.patients, small.arms(), small.times(), outputs=OUTPUTS) for a in (one, again)]
    assert followed[0].equals(followed[1])


def followed(study, system, patients, arms):
    return [
        simulate(system, patients, arms, study.times(), outputs=OUTPUTS, hypothesis=h, workers=1)
        for h in study.hypotheses
    ]


def test_the_decision_is_that_of_every_patient_simulated_anew_in_one_thread(small, found, system):
    """Second implementation: nothing kept from the search, nothing at the same time."""
    few, arms, utility = admit_patients(small, system, workers=1), small.arms(), small.utility.utility()
    own = {"seed": small.seed + 2**40, "draws": 15, "known": small.known()}
    fresh = admit(system, study_population(small), 30, workers=1, **own)
    expected = decide(followed(small, system, few, arms), arms, utility, few.cohort)
    leaders = [arms[x.arm] for x in expected.conclusion.leaders]
    prior = PRIOR_EFFECT if found.prior is None else prior_effect(found.prior.decision.conclusion)
    again = followed(small, system, fresh, leaders)
    expected = confirm(expected, again, utility, fresh.cohort, prior_effect=prior)
    c = found.decision.conclusion
    assert found.decision.frame().equals(expected.frame()) and c.leaders == expected.conclusion.leaders
    assert c.readers == expected.conclusion.readers and c.patients == 30
    assert set(np.unique(fresh.cohort.draw, return_counts=True)[1]) == {2}, "two patients of each of fifteen draws"
    assert not np.isin(fresh.initial, few.initial).all(axis=1).any()


def test_the_decision_alone_is_that_of_the_answer(small, found, system):
    alone, c = decide_study(small, system=system), found.decision.conclusion
    assert alone.frame().equals(found.decision.frame()) and alone.conclusion.leaders == c.leaders


def test_the_decision_by_priors_is_of_the_first_draws_and_patients(system, monkeypatch):
    """In so many patients as it is asked in it is that of a study of the priors alone."""
    monkeypatch.setattr(dose_study, "PRIOR_DRAWS", 2)
    study = check_study(SMALL | {"draws": 3, "patients": 9})
    prior = answer(study, system=system).prior
    assert (prior.patients, prior.draws) == (4, 2)
    alone = answer(check_study(SMALL | {"draws": 2, "patients": 4, "posterior": "prior"}), system=system)
    assert alone.prior is None
    concluded = ["recommended", "dose_of_conclusion", "on_plateau"]  # alone, the leaders met fresh patients
    assert prior.decision.frame().drop(columns=concluded).equals(alone.decision.frame().drop(columns=concluded))


def test_the_monte_carlo_error_is_the_scatter_of_the_mean_over_repeats():
    """Draws and patients sampled anew many times, the mean of each: its SD is the error that is stated."""
    rng = np.random.default_rng(0)
    draws, each, uncertain, between = 40, 2, 3.0, 2.0
    values = rng.normal(0, uncertain, (4000, draws, 1)) + rng.normal(
        0, between, (4000, draws, each)
    )  # repeats, draws, patients of each
    draw = np.repeat(np.arange(draws), each)
    parts = [variance_components.decompose_variance(v.ravel(), draw) for v in values[:200]]
    said = [PriorDecision(_Only(part), draws * each, draws).monte_carlo_error(0, 0) for part in parts]
    assert np.mean(said) == pytest.approx(values.mean(axis=(1, 2)).std(), rel=0.05)


class _Only:
    """A decision of one hypothesis and one arm."""

    def __init__(self, gain):
        self.by_hypothesis = [type("", (), {"gain": [gain]})()]


def test_the_answer_is_the_same_with_one_thread_of_the_engine(found, small, system):
    again = answer(small, system=system, workers=1)
    assert again.decision.frame().equals(found.decision.frame())
    assert again.prior.decision.frame().equals(found.prior.decision.frame())
    for kind in ("courses", "kinetics", "long_term"):
        a, b = getattr(found, kind), getattr(again, kind)
        assert a.keys() == b.keys() and all(a[h].identical(b[h]) for h in a)


def test_courses_are_daily_and_kinetics_of_one_infusion_by_every_route(found, small):
    for ds in found.courses.values():
        assert ds.sizes["arm"] == 2 and (np.diff(ds["time"]) == 1).all() and float(ds["time"][-1]) == small.horizon
        assert set(dose_study.COURSE_OUTPUTS) <= set(ds)
    for ds in found.kinetics.values():
        assert list(ds["arm"].values) == list(dose_study.ROUTES) and float(ds["time"][-1]) == 14.0
    assert found.failed_solves == 0 and 0 < found.tolerance_error < 0.01


def test_a_study_without_cells_has_no_kinetics(system):
    study = check_study(SMALL | {"grid": {"dose": ["0 cells/kg"]}})
    found = answer(study, system=system)
    assert found.kinetics == {} and not found.decision.is_confirmed and not found.decision.gives_cells
    assert all(ds.sizes["arm"] == 1 for ds in found.courses.values())


def test_every_stage_reports_and_ends(small, system):
    seen = {}
    answer(small, system=system, progress=lambda stage, done, total: seen.setdefault(stage, []).append((done, total)))
    assert set(seen) == {"compile", "admit", "before", "confirm", *small.hypotheses}
    for reports in seen.values():
        assert reports[-1][0] == reports[-1][1] and [d for d, _ in reports] == sorted(d for d, _ in reports)


def test_an_error_in_either_thread_ends_the_study(small, system, monkeypatch):
    def fail(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(dose_study._Run, "decide_by_priors", fail)
    with pytest.raises(ZeroDivisionError):
        answer(small, system=system)
    monkeypatch.undo()
    monkeypatch.setattr(dose_study._Run, "long_term", fail)
    with pytest.raises(ZeroDivisionError):
        answer(small, system=system)


def test_a_study_has_its_own_access_to_transplant(small):
    assert study_population(small).treatment.get("transplant_rate", 0.0) == 0.0
    assert study_population(check_study(SMALL | {"transplant_rate": 0.1})).treatment["transplant_rate"] == 0.1
