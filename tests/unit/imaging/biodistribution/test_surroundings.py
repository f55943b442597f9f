from __future__ import annotations

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.imaging.biodistribution.submodel import submodel, surroundings_of
from hepatica.imaging.biodistribution.surroundings import of_population, stated, summarise


def test_the_sample_comes_back_with_its_correlation() -> None:
    rng = np.random.default_rng(1)
    common = rng.standard_normal(4000)
    flux = np.exp(-3.0 + 0.5 * common)
    share = 1.0 / (1.0 + np.exp(-(0.3 * common + 0.4 * rng.standard_normal(4000))))
    made = summarise(("flux", "share"), np.stack([flux, share], axis=1), np.array([False, True]), "made")
    drawn = made.values(rng.standard_normal((4000, 2)))
    assert np.median(drawn, axis=0) == pytest.approx([np.exp(-3.0), 0.5], rel=0.05)
    assert np.corrcoef(np.log(drawn[:, 0]), drawn[:, 1])[0, 1] == pytest.approx(0.6, abs=0.06)
    assert (drawn[:, 1] < 1).all()


def test_acute_injury_kills_more_hepatocytes_than_stable_cirrhosis() -> None:
    acute, stable = of_population("hbv_aclf"), of_population("stable_decompensated_cirrhosis")
    k = surroundings_of(submodel()).index("death_flux")
    middle = np.zeros((1, len(acute.names)))
    assert acute.values(middle)[0, k] > 3 * stable.values(middle)[0, k]


def test_an_unknown_population_and_a_missing_statement_are_refused() -> None:
    with pytest.raises(InputError, match="population"):
        of_population("nobody")
    with pytest.raises(InputError, match="surroundings"):
        stated({"death_flux": 0.1, "nothing": 1.0})
    with pytest.raises(InputError, match="surroundings"):
        stated(dict.fromkeys(surroundings_of(submodel()), -1.0))
