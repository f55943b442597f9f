"""Lots as products: streams, feasible doses, and values of assay and pooling against plain simulation."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.clinical.lots import assay_value, lots_of, summarise_lots
from hepatica.study import check_study

STUDY = check_study({"title": "t", "product": {"passage": 5}, "grid": {"dose": ["1e6 cells/kg"]}})


def test_lots_are_products_of_the_study():
    lots = lots_of(STUDY, 3, lots=50)
    for k in (0, 7):
        p = lots.products[k]
        assert (p.potency, p.viability, p.passage) == (lots.potency[k], lots.viability[k], 5)
        assert p.tissue_factor == pytest.approx(1.3 * lots.tissue_factor[k])
    assert np.array_equal(lots.potency, lots_of(STUDY, 3, lots=80).potency[:50])
    assert lots.points(1.5)[7].tolist() == [lots.potency[7], lots.viability[7], lots.tissue_factor[7], 1.5]
    with pytest.raises(InputError, match="lots"):
        lots_of(STUDY, lots=0)


def test_a_patient_has_the_same_lot_in_any_number_of_patients():
    lots = lots_of(STUDY, 3, lots=20)
    assert lots.by_patient(5, 1) == lots.by_patient(40, 1)[:5]


def test_units_and_feasible_dose_by_hand(surface_of):
    found, lots = summarise_lots(STUDY, surface_of(4.0), 1e6), lots_of(STUDY)
    units = 1e6 * lots.potency * lots.viability
    assert found.potency_units == pytest.approx(np.quantile(units, [0.5, 0.05, 0.95]))
    assert found.feasible == pytest.approx(np.quantile(1e6 * 9e5 / units, [0.05, 0.95]))
    loss = -4 * np.log(lots.potency * lots.viability / 0.9).mean()
    assert found.loss[0] == pytest.approx(max(loss, loss / 2), abs=1e-9)  # the worse hypothesis


def test_without_a_link_neither_assay_nor_pooling_has_a_value(surface_of):
    found = summarise_lots(STUDY, surface_of(4.0), 1e6, strength=0.0)
    assert found.perfect_assay == found.assay == 0.0 and found.pooling == pytest.approx(0.0, abs=1e-12)


def curved(surface_of):
    """Loss 2 (log secretion)^2, so that the best dose is the lot's own: 1 / potency."""
    s = surface_of(0.0)
    s.acting[:, :, 1] = -2.0
    return s


def test_value_of_an_assay_is_the_variance_that_it_takes_away(surface_of):
    """Best dose without an assay leaves 2 Var; with one, 2 sd^2 e^2 / (sd^2 + e^2)."""
    s, lots = curved(surface_of), lots_of(STUDY, 1, lots=2000)
    variance = np.log(lots.potency).var()
    full, half = assay_value(s, lots, 1e-6), assay_value(s, lots, np.sqrt(variance))
    assert full == pytest.approx(2 * variance, rel=0.15)  # the grid of doses leaves some
    assert half == pytest.approx(variance, rel=0.3) and half < full


def test_pooling_takes_variance_away(surface_of):
    found = summarise_lots(STUDY, curved(surface_of), 1e6)
    assert 0.0 < found.pooling < found.loss[0]
