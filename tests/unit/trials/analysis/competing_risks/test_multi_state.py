import numpy as np
import pytest
from numpy.testing import assert_allclose

from hepatica.errors import InputError
from hepatica.trials.analysis.competing_risks.cumulative_incidence import Variance, cumulative_incidence
from hepatica.trials.analysis.competing_risks.multi_state import Stays, state_probabilities
from hepatica.trials.analysis.kaplan_meier import survival_curve
from hepatica.trials.analysis.rmst import restricted_mean

NAMES = ("well", "ill", "dead")


def draw(seed, n=150):
    """Illness and death with recovery; hazards 0.5 and 0.1 well, 0.4 and 0.6 ill, observation to 1 to 6."""
    rng, rows = np.random.default_rng(seed), []
    for _ in range(n):
        now, state, end = 0.0, 0, rng.uniform(1, 6)
        while state < 2:
            rates = [(1, 0.5), (2, 0.1)] if state == 0 else [(0, 0.4), (2, 0.6)]
            gaps = [(rng.exponential(1 / r), s) for s, r in rates]
            gap, into = min(gaps)
            if now + gap > end:
                rows.append((state, state, now, end))
                break
            rows.append((state, into, now, now + gap))
            now, state = now + gap, into
    state, into, start, stop = map(np.array, zip(*rows, strict=True))
    return Stays(state=state, into=into, start=start, stop=stop, states=NAMES)


def test_two_states_are_kaplan_meier_and_its_restricted_mean():
    rng = np.random.default_rng(1)
    time, dead = np.ceil(rng.exponential(8, 90)), rng.random(90) < 0.7
    found, curve = state_probabilities(Stays.competing(time, dead, NAMES[:2]), horizon=12.0), survival_curve(time, dead)
    days = [1.0, 5.0, 11.5]
    assert_allclose(found.at(days)[:, :, 0], curve.at(days)[:2], atol=1e-10)
    mean = restricted_mean(time, dead, 12.0)
    assert (found.expected_time[-1, 0], found.expected_time_std_error[-1, 0]) == pytest.approx(tuple(mean))


def test_competing_risks_are_the_cumulative_incidences_with_the_same_error():
    rng = np.random.default_rng(2)
    time, cause = np.ceil(rng.exponential(8, 90)), rng.integers(0, 3, 90)
    found = state_probabilities(Stays.competing(time, cause, NAMES))
    for k in (1, 2):
        peer = cumulative_incidence(time, cause, of=k, variance=Variance.GREENWOOD)
        assert_allclose(found.at([2.0, 9.0])[:, :, k], peer.at([2.0, 9.0]), atol=1e-10)


def test_recovery_is_the_matrix_exponential_on_average():
    from scipy.linalg import expm

    q = np.array([[-0.6, 0.5, 0.1], [0.4, -1.0, 0.6], [0, 0, 0]])
    drawn = [state_probabilities(draw(seed)).at([0.5, 2.0]) for seed in range(40)]
    values, errors = np.array([d[0] for d in drawn]), np.array([d[1] for d in drawn])
    assert_allclose(values.mean(axis=0), [expm(t * q)[0] for t in (0.5, 2.0)], atol=0.03)
    assert_allclose(errors.mean(axis=0), values.std(axis=0), rtol=0.35)
    assert_allclose(values.sum(axis=2), 1)


def test_start_later_and_given_initial_distribution():
    stays = draw(5)
    later = state_probabilities(stays, start=1.0)
    present = (stays.start <= 1.0) & (stays.stop > 1.0)
    assert later.probability[0] == pytest.approx(np.bincount(stays.state[present], minlength=3) / present.sum())
    assert later.std_error[0, 0] > 0 and later.times[0] == 1.0
    ill = state_probabilities(stays, start=1.0, initial=[0, 1, 0])
    assert ill.std_error[0].tolist() == [0, 0, 0] and ill.probability[-1, 2] > later.probability[-1, 2] - 0.1
    assert np.isnan(ill.at([0.5, 99.0])).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"stop": [-1.0]}, "0 <= start <= stop"),
        ({"into": [7]}, "codes from 0"),
        ({"start": [0.0, 1.0]}, "one state"),
    ],
)
def test_bad_stays_are_refused(change, words):
    given = {"state": [0], "into": [1], "start": [0.0], "stop": [1.0], "states": NAMES} | change
    with pytest.raises(InputError, match=words):
        Stays(**given)


def test_a_start_without_anybody_and_a_bad_distribution_are_refused():
    stays = draw(6, 10)
    with pytest.raises(InputError, match="somebody"):
        state_probabilities(stays, start=99.0)
    with pytest.raises(InputError, match="add to 1"):
        state_probabilities(stays, initial=[0.5, 0.2, 0.2])
