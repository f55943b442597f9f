from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from hepatica.imaging.biodistribution import SubjectFit
from hepatica.imaging.guidance.image_draws import image_draws, shipped_draws
from hepatica.patients import Draws
from hepatica.patients.draws import DrawKey


def test_only_the_cells_parameters_are_replaced(fitted: Callable[..., SubjectFit], tmp_path: Path) -> None:
    fit = fitted({2.0: (0.2, 0.02, 0.06)})
    draws, shipped = image_draws(fit), shipped_draws()
    one = fit.by_hypothesis["label_is_cells"]
    k = [c.name for c in one.space.coordinates].index("arrest_lung")
    column = draws.columns[DrawKey.coordinate("arrest_lung", "label_is_cells")]
    assert abs(np.mean(column) - one.posterior[:, k].mean()) < 0.1
    assert np.mean(column) < -0.5  # 0.2 of the label where 0.3 were expected
    names = {c.name for c in one.space.coordinates}
    for key, values in shipped.columns.items():
        if key.name not in names:
            assert np.array_equal(draws.columns[key], values), key
    assert "label_efflux" not in {key.name for key in draws.columns if key.hypothesis == "lung_only"}


def test_they_can_be_written_for_the_dose(fitted: Callable[..., SubjectFit], tmp_path: Path) -> None:
    draws = image_draws(fitted({2.0: (0.3, 0.02, 0.06)}))
    draws.write(tmp_path / "posterior.parquet")
    again = Draws.read(tmp_path / "posterior.parquet")
    assert again.n == draws.n
    assert set(again.columns) == set(draws.columns)
