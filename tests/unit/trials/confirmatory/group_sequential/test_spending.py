import numpy as np
import pytest
from scipy.stats import norm

from hepatica.errors import InputError
from hepatica.trials.confirmatory.group_sequential import spending as sp

ALL = [
    sp.LanDeMetsOBrienFleming(),
    sp.LanDeMetsPocock(),
    sp.HwangShihDeCani(-4),
    sp.HwangShihDeCani(0),
    sp.HwangShihDeCani(2),
    sp.KimDeMets(3),
    sp.TabulatedSpending((0.3, 0.6), (0.1, 0.4)),
]


@pytest.mark.parametrize("spending", ALL, ids=str)
def test_error_is_spent_from_nothing_to_the_whole_and_never_returned(spending):
    t = np.linspace(0, 1.5, 301)
    spent = spending(t, 0.03)
    assert spent[0] == 0 and (spent[t >= 1] == 0.03).all() and (np.diff(spent) >= 0).all()


@pytest.mark.parametrize("t", [0.1, 0.5, 0.9])
def test_formulas_of_the_papers(t):
    assert sp.LanDeMetsOBrienFleming()(t, 0.025) == pytest.approx(2 - 2 * norm.cdf(norm.ppf(1 - 0.0125) / np.sqrt(t)))
    assert sp.LanDeMetsPocock()(t, 0.025) == pytest.approx(0.025 * np.log(1 + (np.e - 1) * t))
    assert sp.HwangShihDeCani(-4)(t, 0.025) == pytest.approx(0.025 * (1 - np.exp(4 * t)) / (1 - np.exp(4)))
    assert sp.KimDeMets(2)(t, 0.025) == pytest.approx(0.025 * t**2)


def test_linear_spending_is_the_limit_of_hwang_shih_decani():
    assert sp.HwangShihDeCani(1e-9)(0.3, 0.05) == pytest.approx(sp.HwangShihDeCani(0)(0.3, 0.05))


def test_a_table_is_linear_between_its_points():
    assert sp.TabulatedSpending((0.5,), (0.2,))([0.25, 0.75], 0.05).tolist() == pytest.approx([0.005, 0.03])


@pytest.mark.parametrize(
    "make",
    [
        lambda: sp.HwangShihDeCani(np.inf),
        lambda: sp.KimDeMets(0),
        lambda: sp.TabulatedSpending((0.5,), (0.2, 0.3)),
        lambda: sp.TabulatedSpending((0.5, 0.4), (0.2, 0.3)),
        lambda: sp.TabulatedSpending((0.5,), (1.2,)),
    ],
)
def test_impossible_parameters_are_refused(make):
    with pytest.raises(InputError):
        make()


def test_every_function_is_listed():
    assert {type(s) for s in ALL} == set(sp.SPENDING)
