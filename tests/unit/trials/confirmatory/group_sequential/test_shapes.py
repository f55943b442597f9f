import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential.design import design_group_sequential
from hepatica.trials.confirmatory.group_sequential.shapes import (
    HaybittlePeto,
    OBrienFleming,
    Pocock,
    WangTsiatis,
    crossing_probability,
)

THIRDS = np.array([1, 2, 3]) / 3


def simulated_level(fractions, critical, two_sided, trials=400_000):
    steps = np.random.default_rng(5).standard_normal((trials, len(fractions))) * np.sqrt(np.diff(fractions, prepend=0))
    z = np.cumsum(steps, axis=1) / np.sqrt(fractions)
    return ((np.abs(z) if two_sided else z) >= critical).any(axis=1).mean()


@pytest.mark.parametrize("two_sided", [False, True])
@pytest.mark.parametrize("shape", [OBrienFleming(), Pocock(), WangTsiatis(0.25), HaybittlePeto(3.0)], ids=str)
def test_level_is_that_of_simulated_trials(shape, two_sided):
    fractions = np.array([0.3, 0.7, 1.0])
    critical = shape.critical_values(fractions, 0.025, two_sided)
    level = 0.05 if two_sided else 0.025
    assert simulated_level(fractions, critical, two_sided) == pytest.approx(level, abs=4 * np.sqrt(level / 400_000))


def test_printed_constants_of_jennison_and_turnbull():
    """Group Sequential Methods, tables 2.1 and 2.3: two-sided alpha 0.05, five looks, C_P = 2.413 and C_B = 2.040."""
    fifths = np.arange(1, 6) / 5
    assert Pocock().critical_values(fifths, 0.025, True)[-1] == pytest.approx(2.413, abs=5e-4)
    assert OBrienFleming().critical_values(fifths, 0.025, True)[-1] == pytest.approx(2.040, abs=5e-4)


def test_shape_is_a_power_of_the_fraction():
    critical = WangTsiatis(0.1).critical_values(THIRDS, 0.025, False)
    np.testing.assert_allclose(critical / critical[-1], THIRDS**-0.4)


def test_haybittle_peto_spends_what_is_left():
    critical = HaybittlePeto(3.0).critical_values(THIRDS, 0.025, False)
    assert crossing_probability(THIRDS, critical, np.full(3, -np.inf)) == pytest.approx(0.025, abs=1e-12)
    with pytest.raises(InputError, match="higher value"):
        HaybittlePeto(1.5).critical_values(THIRDS, 0.025, False)


def test_shape_outside_reason_is_refused():
    with pytest.raises(InputError, match="delta"):
        WangTsiatis(5)


def test_a_lower_boundary_that_binds_lowers_the_critical_values():
    futility = [-0.5, 0.1, 0.7]
    for shape, theirs in ((OBrienFleming(), 2.0), (Pocock(), 2.3), (HaybittlePeto(), 1.98)):
        bound = design_group_sequential(4, shape, futility=futility, binding=True)
        free = design_group_sequential(4, shape, futility=futility)
        assert bound.critical[-1] < free.critical[-1] and abs(bound.critical[-1] - theirs) < 0.2
        assert bound.probabilities(0.0).upper.sum() == pytest.approx(0.025, abs=1e-9)
