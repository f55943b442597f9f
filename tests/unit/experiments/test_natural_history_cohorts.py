"""Tables beside single cohorts, from made-up courses with known answers."""

from types import SimpleNamespace

import natural_history_cohorts as module
import numpy as np
import pytest

from hepatica.evidence import load


class Followed:
    """Four people: labs that rise by their own slope a day, deaths that are certain from their own day on."""

    course = ("bilirubin", "albumin", "ammonia", "infection_hazard")

    def __init__(self, slope=(0.0, 1.0, 2.0, 3.0), dies=(np.inf, np.inf, 50.0, 5.0)):
        self.slope, self.dies, self.free = np.array(slope), np.array(dies), np.ones((4, 2))
        degree = np.array([0.1, 0.2, 0.4, 0.5])
        self.patients = SimpleNamespace(cohort=SimpleNamespace(covariate=lambda name: degree))

    def at(self, name, day):
        return 10 + self.slope * day

    def dead(self, day):
        return (day >= self.dies).astype(float)

    def score(self, day=0.0):
        return np.array([20.0, 27.0, 28.0, 35.0])


def test_a_part_of_a_cohort_is_taken_by_score_outcome_or_cirrhosis():
    f = Followed()
    assert module.weights(f, ("elad2018", "control")).tolist() == [1, 1, 1, 1]
    assert module.weights(f, ("elad2018", "control_low")).tolist() == [1, 1, 0, 0]
    assert module.weights(f, ("elad2018", "control_high")).tolist() == [0, 0, 1, 1]
    assert module.weights(f, ("wjcc2024_aclf", "dead")).tolist() == [0, 0, 0, 1]
    assert module.weights(f, ("liuff2016_aclf", "alive")).tolist() == [1, 1, 0, 0]
    assert module.weights(f, ("southchina2022", "cirrhosis")).tolist() == [0, 0, 1, 1]


def test_parts_are_arms_that_exist():
    for key, arm in module.PARTS:
        assert load(key).arm(arm)


@pytest.mark.parametrize(
    "variable, day, kind, expected",
    [
        ("death", 10.0, "proportion", 25.0),
        ("survival", 60.0, "proportion", 50.0),
        ("bilirubin", 0.0, "mean_sd", 10.0),
        ("bilirubin", 7.0, "mean_sd", 10 + 7.0),  # who died on day 5 counts no more
        ("bilirubin", 7.0, "median", 10 + 7.0),
        ("bilirubin", 7.0, "change", 7.0),
        ("meld", 0.0, "mean_sd", 27.5),
    ],
)
def test_what_stands_beside_a_reading(variable, day, kind, expected):
    assert module.simulated(Followed(), variable, day, np.ones(4), kind) == pytest.approx(expected)


def test_a_reading_that_the_course_lacks_has_nothing_beside_it():
    assert np.isnan(module.simulated(Followed(), "pta", 0.0, np.ones(4), "mean_sd"))


def test_no_arm_with_cells_or_another_treatment_is_untreated():
    publication = load("peng2011")
    assert not module.untreated(publication, publication.arm("msc"))
    carithers = load("carithers1989")
    assert [module.untreated(carithers, carithers.arm(a)) for a in ("placebo", "steroid")] == [True, False]


def test_every_cohort_stands_on_the_page_or_is_named_as_without_a_population():
    lines = module.cohorts({"alcoholic_hepatitis": Followed()})
    assert any("| carithers1989 placebo | alcoholic_hepatitis | bilirubin | 28 | 11.1 |" in x for x in lines)
    assert not any(x.startswith("| carithers1989 steroid") for x in lines)
    assert "jilin all" in lines[-3] and "damico2014 s1" not in lines[-3] and "damico2014" in lines[-1]


def test_an_early_fall_on_steroid_tells_who_lives():
    treated = Followed(slope=(-1.0, -0.5, -0.25, 1.0), dies=(np.inf, np.inf, 100.0, 60.0))
    lines = module.early_change(Followed(), treated)
    assert any("falls within a week" in x and "| 73 | 75 |" in x for x in lines)
    assert any("with an early fall | 82.8 | 66.7 |" in x for x in lines)
    assert any("without an early fall | 23 | 0.0 |" in x for x in lines)


def test_the_first_week_weighs_by_who_had_steroid():
    still, rising = Followed(slope=(0, 0, 0, 0)), Followed(slope=(1, 1, 1, 1))
    keys = tuple(module.FIRST_WEEK)
    rows = module.first_week(dict.fromkeys(keys, still), dict.fromkeys(keys, rising))
    share = sum(n for _, n in module.FIRST_WEEK.values()) / sum(sum(n) for n in module.FIRST_WEEK.values())
    assert rows[0] == ("change of albumin by day 1, acute injury", "-3", f"{share:+.2g}")


def test_who_has_died_is_no_longer_infected():
    """Hazard of 3 a day in the fourth, who dies on day 5; of 1 and 2 in the second and third, who live."""
    assert module.infected_between(Followed(dies=(np.inf,) * 4), 0.0, 28.0) == pytest.approx(75.0, abs=0.1)
    assert module.infected_between(Followed(slope=(0.0,) * 4), 0.0, 28.0) == 0.0
    assert module.infected_between(Followed(slope=(0.01,) * 4, dies=(5.0,) * 4), 5.0, 28.0) < 0.1
