import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.analysis.cox.fit import cox
from hepatica.trials.analysis.log_rank import log_rank
from hepatica.trials.analysis.required_size import Method
from hepatica.trials.analysis.survival_comparison import HazardPattern, compare_survival, describe


def draw(seed, before, after, n=500, cut=0.5):
    """Treated hazard times `before` up to the cut and `after` it."""
    rng, arm = np.random.default_rng(seed), np.arange(n) % 2 == 1
    unit = rng.exponential(1, n)
    time = np.where(unit < before * cut, unit / before, cut + (unit - before * cut) / after)
    time = np.where(arm, time, unit)
    return np.minimum(time, 2.0), time < 2.0, arm


@pytest.mark.parametrize(
    ("before", "after", "pattern"),
    [(1.0, 0.35, HazardPattern.LATE), (0.35, 1.0, HazardPattern.EARLY), (2.2, 0.4, HazardPattern.CROSSING)],
)
def test_patterns_are_noticed(before, after, pattern):
    found = [compare_survival(*draw(seed, before, after)).pattern for seed in range(10)]
    assert found.count(pattern) >= 7


def test_proportional_hazards_are_left_alone_as_often_as_the_level_says():
    found = [compare_survival(*draw(seed, 0.6, 0.6, 200)).pattern for seed in range(40)]
    assert found.count(HazardPattern.PROPORTIONAL) >= 30


def test_parts_are_those_of_the_methods_alone():
    time, event, arm = draw(3, 1.0, 0.4)
    found = compare_survival(time, event, arm)
    assert found.log_rank.z == pytest.approx(log_rank(time, event, arm).z)
    assert found.hazard_ratio.value == pytest.approx(np.exp(cox(time, event, arm.astype(float)).coefficients[0]))
    assert found.cut == np.median(time[event])
    late = cox(time, event, arm.astype(float), entry=np.minimum(found.cut, time - 1e-9))
    assert found.late.value == pytest.approx(np.exp(late.coefficients[0]), rel=1e-3)
    assert sum(found.patients) == 500 and sum(found.events) == event.sum()
    assert found.sizes()[Method.MAX_COMBO] < found.sizes()[Method.LOG_RANK]
    assert found.restricted_means.difference.value > 0


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_sentences_name_what_is_offered(lang):
    text = "\n".join(describe(compare_survival(*draw(3, 1.0, 0.35)), lang))
    assert "max-combo" in text and ("late" in text or "较晚" in text)
    plain = describe(compare_survival(*draw(4, 0.6, 0.6)), lang)
    assert len(plain) == 3


@pytest.mark.parametrize("before, after", [(0.35, 1.0), (2.2, 0.4)])
def test_every_pattern_is_said_in_both_languages(before, after):
    found = compare_survival(*draw(1, before, after))
    assert describe(found, "en") != describe(found, "zh")


def test_few_events_no_events_and_an_arm_without_events_end_in_a_sentence():
    few = compare_survival([1, 2, 3, 4], [1, 0, 1, 1], [0, 1, 0, 1])
    assert few.pattern is HazardPattern.UNKNOWN and "Too few events (3)" in describe(few)[0]
    none = compare_survival([1, 2, 3, 4], [0, 0, 0, 0], [0, 1, 0, 1])
    assert none.restricted_means is None and none.log_rank.p == 1 and "no feasible number" in describe(none)[2]
    time = np.arange(1.0, 41)
    lone = compare_survival(time, np.arange(40) % 2 == 0, np.arange(40) % 2)
    assert np.isnan(lone.hazard_ratio.value) and lone.log_rank.p < 0.001
    with pytest.raises(InputError, match="both arms"):
        compare_survival([1, 2], [1, 1], [1, 1])


def test_all_events_at_one_time_and_strata():
    same = compare_survival(np.full(40, 2.0), np.arange(40) < 30, np.arange(40) % 2)
    assert same.pattern is HazardPattern.UNKNOWN
    time, event, arm = draw(5, 0.5, 0.5)
    stratum = np.repeat([0, 1], 250)
    assert compare_survival(time, event, arm, strata=stratum).log_rank.z == pytest.approx(
        log_rank(time, event, arm, strata=stratum).z
    )


def test_an_event_of_another_cause_is_not_counted_as_a_death():
    with pytest.raises(InputError, match="event: got 2; 0 or 1 of every patient"):
        compare_survival([1.0, 2.0, 3.0], [1, 2, 0], [0, 1, 1])
