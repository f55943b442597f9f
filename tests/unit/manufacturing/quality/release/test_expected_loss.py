"""Verdicts by the model's loss: the action of least largest regret among those permitted."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.quality.release.expected_loss import Verdict
from hepatica.manufacturing.quality.release.lot import Assumption, release_lot
from hepatica.manufacturing.quality.release.lot_file import check_lot


def decide(surface, potency=0.5, largest=1e6, rejection=2.0, linked=1.0, **limits):
    attribute = {
        "name": "p", "role": "potency", "scale": "log", "values": [potency], "assay_sd": 0.05, "acts_on": "potency",
        **limits,
    }  # fmt: skip
    asked = {"study": "s.toml", "linked": linked, "rejection": rejection, "source": "a belief"}
    dose = {"planned": 1e6, "largest": largest}
    return release_lot(
        check_lot({"title": "t", "lot": "1", "dose": dose, "attribute": [attribute], "model_loss": asked}),
        surface=surface,
    )


def test_a_lot_that_costs_less_than_its_rejection_is_released(surface_of):
    found = decide(surface_of(1.0))
    assert found.verdict is Verdict.RELEASE and found.losses[Verdict.RELEASE].mean == pytest.approx(np.log(2), abs=0.02)
    assert Verdict.CONDITIONAL not in found.losses and found.linked == 1.0
    assert {Assumption.WORLDS_OF_THE_LINK, Assumption.LOSS_BY_MODEL} <= set(found.assumptions)


def test_one_that_costs_more_is_rejected_or_raised(surface_of):
    assert decide(surface_of(8.0)).verdict is Verdict.REJECT
    found = decide(surface_of(8.0), largest=2e6)
    assert found.verdict is Verdict.CONDITIONAL and found.adjusted == pytest.approx(2e6, rel=0.04)


def test_without_a_link_nothing_is_lost(surface_of):
    assert decide(surface_of(8.0), linked=0.0, potency=0.2).verdict is Verdict.RELEASE


def test_a_limit_of_the_author_binds_whatever_the_loss(surface_of):
    assert decide(surface_of(0.1), lower=0.7).verdict is Verdict.REJECT


def test_the_regret_is_the_largest_over_the_hypotheses(surface_of):
    """Losses 5.5 and 0.55 against a rejection of 2: regrets 3.5 and 1.45; at 3.5: 2 and 2.95."""
    s = surface_of(8.0, other=0.1)
    assert decide(s).verdict is Verdict.REJECT
    assert decide(s, rejection=3.5).verdict is Verdict.RELEASE


def test_a_surface_is_needed(surface_of):
    with pytest.raises(InputError, match="surface"):
        decide(None)
