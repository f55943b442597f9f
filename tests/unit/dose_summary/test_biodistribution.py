"""Shares of the cells given, by organ."""

import numpy as np
import pytest

from hepatica.dose_summary.biodistribution import Organ, Quantity, cells_given, mean_organ_share, organ_share, organs_of


def test_cells_are_counted_against_those_given(found):
    for hypothesis in found.kinetics:
        there = sum(organ_share(found, hypothesis, Quantity.CELLS, organ) for organ in Organ)
        assert there.max() <= 100 * found.study.product.viability + 1e-6 and there[:, :, 2].min() > 0


def test_a_dose_per_kg_grows_with_the_body(found):
    r = found.decision.arms[found.decision.top].regimen
    weight = found.patients.cohort.covariate("body_weight")
    expected = [r.dose * (w if r.per_kg else 1.0) for w in weight]
    given = cells_given(found)
    np.testing.assert_allclose(given, expected[: len(given)])


def test_an_image_has_no_rest_of_the_body(found):
    for h in found.kinetics:
        assert organs_of(found, h, Quantity.CELLS) == list(Organ)
        assert Organ.REST not in organs_of(found, h, Quantity.IMAGE)


def test_the_mean_is_by_the_shown_route(found):
    h = next(iter(found.kinetics))
    ds = found.kinetics[h].sel(arm=found.decision.arms[found.decision.top].regimen.route)
    day = ds.sel(time=7.0, method="backfill")
    expected = float((100 * day["cells_lung"] / cells_given(found)).mean())
    assert mean_organ_share(found, h, Quantity.CELLS, Organ.LUNG, 7.0) == pytest.approx(expected)
