"""Tables of the page of natural history, from made-up courses with known answers."""

import natural_history_page as module
import numpy as np
import pytest

from hepatica.calibrate.natural_history.courses import Met
from hepatica.calibrate.natural_history.groups import STAGES


class Followed:
    """Deaths by a constant hazard a year, the same for all but for a spread that is known."""

    def __init__(self, yearly):
        self.yearly = np.asarray(yearly)

    def dead(self, day):
        return 1 - np.exp(-self.yearly * day / 365.25)


def test_a_table_has_a_cell_for_each_column():
    lines = module.table("a, b", [(1, 2), ("x", "y")])
    assert lines == ["| a | b |", "|---|---|", "| 1 | 2 |", "| x | y |"]


def test_the_error_of_a_share_is_that_of_its_mean():
    assert module.percent(np.array([0.1, 0.3, np.nan])) == "20.0 ± 7.1"


def test_stages_stand_beside_what_was_published():
    rows = module.stages(tuple({arm: Followed([h, h]) for arm in STAGES} for h in (0.1, 0.2)))
    dead = [f"{100 * (1 - np.exp(-1826 * h / 365.25)):.1f} ± 0.0" for h in (0.1, 0.2)]
    assert len(rows) == 4 + len(STAGES) and f"| {dead[0]} | {dead[1]} |" in rows[4]


def test_the_account_of_the_draws_says_what_was_learnt_and_what_held():
    row = {"source": "a b", "variable": "death", "day": 28.0, "published": 0.2, "error": 0.05}
    row |= {"before": 0.3, "after": 0.25, "monte_carlo": 0.01}
    rows = module.learnt_deaths(
        {"moved": {"x": {"shift": -0.5, "sd_ratio": 0.9}}, "deaths": [row | {"new": n} for n in (True, False)]}
    )
    assert "| a b | death | 28 | 20.0 | 5.0 | 30.0 | 25.0 ± 1.0 | learnt |" in rows and "| x | -0.50 | 0.90 |" in rows
    assert sum("| held |" in r for r in rows) == 1


def test_a_mixture_dies_as_its_shares():
    from hepatica.evidence import load

    shares = load("nuthalapati").arm("all").mixture
    keys = {
        k
        for p, a in (("canonic", "aclf"), ("nuthalapati", "all"), ("correa2016", "decompensated"))
        for k in load(p).arm(a).mixture
    }
    found = {k: Followed([0.1 * i, 0.1 * i]) for i, k in enumerate(sorted(keys))}
    year = next(r for r in module.mixtures(found) if "nuthalapati" in r and "| 365 |" in r)
    expected = sum(w * found[k].dead(365)[0] for k, w in shares.items()) / sum(shares.values())
    assert year.split("|")[4].strip() == f"{100 * expected:.1f}"


def test_shares_of_a_population_left_out_are_percent_and_labs_are_not():
    rows = module.left_out([Met("death", 28.0, 0.25, 0.3), Met("inr", 0.0, 2.0, 2.2)], "hbv_aclf")
    assert any("| death | 28 | 25 | 30 |" in r for r in rows) and any("| inr | 0 | 2 | 2.2 |" in r for r in rows)


def test_slopes_of_the_scores_are_per_point():
    assert module._slope(lambda s, months: 1 - np.exp(-1e-3 * np.exp(0.08 * s)), 45.0) == pytest.approx(0.08, rel=1e-3)
