import numpy as np
import pytest
from scipy.stats import beta

from hepatica.errors import InputError
from hepatica.trials.dose_finding.characteristics import joint_truth
from hepatica.trials.dose_finding.enumeration import exact
from hepatica.trials.dose_finding.replay import Cohort, follow, read_history, replay
from hepatica.trials.dose_finding.response.boin12 import Boin12, rank_desirability
from hepatica.trials.dose_finding.response.utility import Limits, Utility
from hepatica.trials.dose_finding.simulation import simulate
from hepatica.trials.dose_finding.state import Reason

LIMITS, UTILITY = Limits(toxicity=0.35, response=0.25), Utility(neither=40, both=60)
DESIGN = Boin12(levels=3, max_patients=12, utility=UTILITY, limits=LIMITS)


def naive(counts, level, levels):
    """The rule of Lin et al. 2020, written as a protocol says it."""
    n, tox = counts.sum(axis=1), counts[:, 2:].sum(axis=1)
    eff = counts[:, 1] + counts[:, 3]
    safe = [beta.sf(0.35, 1 + t, 1 + m - t) <= 0.95 for t, m in zip(tox, n, strict=True)]
    ok = [all(safe[: j + 1]) and beta.cdf(0.25, 1 + eff[j], 1 + n[j] - eff[j]) <= 0.9 for j in range(levels)]
    events = counts @ [40, 100, 0, 60] / 100
    value = [round(beta.sf(0.705, 1 + e, 1 + m - e), 12) for e, m in zip(events, n, strict=True)]
    rate = tox[level] / n[level]
    if rate >= 0.41890751 - 1e-9:
        lower = [j for j in range(max(level, 1)) if ok[j]]
        return max(lower) if lower else None
    up = level + 1 < levels and all(safe[: level + 2])
    if up and n[level] >= 9 and n[level + 1] == 0:
        return level + 1
    near = [level - 1, level] + ([level + 1] if rate <= 0.27633432 or n[level] < 6 else [])
    near = [j for j in near if 0 <= j < levels and ok[j]]
    if near:
        return max(near, key=lambda j: (value[j], -j))
    lower = [j for j in range(level) if ok[j]]
    return max(lower) if lower else None


def test_decisions_are_those_of_the_rule_in_a_protocol():
    rng = np.random.default_rng(1)
    for _ in range(400):
        state = DESIGN.begin(1)
        level = int(rng.integers(0, 3))
        for j in range(level + 1 + int(rng.integers(0, 2)) * (level < 2)):
            state.counts[0, j] = rng.multinomial(3 * rng.integers(1, 4), [0.4, 0.3, 0.15, 0.15])
        step = DESIGN.step(state._replace(level=np.array([level])), state.counts[:, level])
        wanted = naive(state.counts[0], level, 3)
        got = None if Reason(int(step.reason[0])).stops else int(step.level[0])
        assert got == wanted, (state.counts.tolist(), level)


def test_simulation_and_enumeration_agree_within_monte_carlo_error():
    truth = joint_truth([0.05, 0.2, 0.45], [0.2, 0.45, 0.5], best=1, odds_ratio=2.0)
    drawn, whole = simulate(DESIGN, truth, trials=10_000), exact(DESIGN, truth)
    assert (np.abs(drawn.selection - whole.selection) < 4 * drawn.selection_error).all()
    assert (np.abs(drawn.responses - whole.responses) < 0.06).all()


def test_no_level_that_is_safe_and_active_ends_the_trial():
    assert replay(DESIGN, read_history("1TTT"))[0].reason is Reason.STOP_TOXIC
    state = DESIGN.begin(1)
    for cohort in (Cohort(1, "NNNNNNNNN"), Cohort(2, "NNNNNNNNN")):
        state, reason = follow(DESIGN.changed(max_patients=60), state, cohort)
    assert reason is Reason.ESCALATE
    state, reason = follow(DESIGN.changed(max_patients=60), state, Cohort(3, "NNNNNNNNN"))
    assert reason is Reason.STOP_NO_LEVEL and DESIGN.select(state).tolist() == [-1]


def test_ranks_need_additive_utilities():
    with pytest.raises(InputError, match="additive"):
        rank_desirability([3], Utility(neither=40, both=50), LIMITS)
