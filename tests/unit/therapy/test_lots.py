"""Lots: spread as published, donors averaged, errors of assays the same for all, and what no lots can be."""

import numpy as np
import pytest
from scipy.stats import t as student

from hepatica.errors import InputError
from hepatica.therapy import SOURCES, LotVariation
from hepatica.therapy.lots import LotNumbers, lot_attributes, typical_viability


def numbers(n, donors=1, seed=1):
    rng = np.random.Generator(np.random.Philox(seed))
    u = rng.random((n, donors + 7))
    return LotNumbers(u[:, :donors], u[:, donors], u[:, donors + 1], u[:, donors + 2], u[:, -1], u[:, donors + 3 :])


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_has_lots_with_a_source(source):
    lots = LotVariation.of_source(source)
    assert lots.potency_sd > 0 and lots.source and lots.donors == 1


def test_lots_of_marrow_spread_as_published():
    law = LotVariation.of_source("bone_marrow")
    logs = np.log(lot_attributes(law, 0.9, numbers(4000)).potency)
    rng = np.random.Generator(np.random.Philox(2))
    plain = np.sqrt(law.donor_share) * law.potency_sd * student.rvs(law.potency_df, size=100_000, random_state=rng)
    plain += np.sqrt(1 - law.donor_share) * law.potency_sd * rng.standard_normal(100_000)
    assert np.quantile(logs, [0.25, 0.75]) == pytest.approx(np.quantile(plain, [0.25, 0.75]), abs=0.02)


def test_pooling_averages_donors_and_not_batches():
    spread = []
    for donors in (1, 4, 40):
        law = LotVariation.of_source("bone_marrow", donors=donors)
        spread.append(np.log(lot_attributes(law, 0.9, numbers(2000, donors)).potency).std())
    assert spread[0] > spread[1] > spread[2] > 0.9 * np.sqrt(1 - law.donor_share) * law.potency_sd


def test_errors_of_assays_add_to_the_spread_by_variance():
    law = LotVariation(potency_sd=0.2, potency_error=0.3, viability_sd=0.02, viability_error=0.03)
    made = lot_attributes(law, 0.8, numbers(20_000))
    assert np.log(made.potency).std() == pytest.approx(np.hypot(0.2, 0.3), rel=0.03)
    assert made.viability.std() == pytest.approx(np.hypot(0.02, 0.03), rel=0.03)
    assert (made.tissue_factor == 1.0).all()


def test_viabilities_are_shares():
    made = lot_attributes(LotVariation(viability_sd=0.2), typical_viability(), numbers(2000))
    assert made.viability.min() >= 0.4 and made.viability.max() == 1.0


@pytest.mark.parametrize(
    "given",
    [{"donors": 0}, {"donors": 2.5}, {"potency_sd": -0.1}, {"potency_df": 0.0}, {"donor_share": 1.2},
     {"viability_sd": 0.9}, {"potency_error": float("nan")}],
)  # fmt: skip
def test_what_no_lots_can_be_is_refused(given):
    with pytest.raises(InputError, match=next(iter(given))):
        LotVariation(**given)
    with pytest.raises(InputError, match="source"):
        LotVariation.of_source("common")
