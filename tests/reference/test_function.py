"""Indocyanine green by Child class, and where labelled cells are seen, against published numbers."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

TABLE = tomllib.loads(Path(__file__).with_name("function.toml").read_text(encoding="utf-8"))
ICG, IMAGE, CONFINED = TABLE["icg"], TABLE["imaging"], TABLE["confined"]
ORGANS = ("lung", "liver", "spleen")


@pytest.mark.parametrize("k", range(4), ids=ICG["child"])
def test_indocyanine_green_by_child_class(bench, k):
    p = bench.parameters(cirrhosis=ICG["degree"][k])
    rate = bench.follow(p, bench.rest(p, ICG["background_years"]), [0.0], ("icg_pdr",))["icg_pdr"][0, 0]
    assert rate == pytest.approx(ICG["disappearance"][k], rel=ICG["tolerance"])


def infuse(bench, hypothesis, days, names):
    """A bolus into a vein of a stable cirrhotic, typical in everything; per cent of dose."""
    p = bench.parameters(hypothesis, cirrhosis=IMAGE["degree"])
    y = bench.rest(p)
    found = bench.follow(p, y, days, names, events=bench.events([(0.0, "cells_blood", IMAGE["cells"], 0)]))
    return {name: 100 * v[0] / IMAGE["cells"] for name, v in found.items()}


@pytest.mark.parametrize("organ", ORGANS)
def test_label_is_seen_where_it_was_seen(bench, organ):
    found = infuse(bench, "label_is_cells", [IMAGE["minutes_at_once"] / 1440, IMAGE["day"]], [f"image_{organ}"])
    at_once, later = found[f"image_{organ}"]
    low, high = IMAGE[organ]["at_once"]
    assert low <= at_once <= high
    low, high = IMAGE[organ]["later"]
    assert low <= later <= high


def test_the_spleen_shows_more_than_the_liver(bench):
    found = infuse(bench, "label_is_cells", [IMAGE["day"]], ["image_liver", "image_spleen"])
    assert found["image_spleen"][0] > found["image_liver"][0]


def test_under_lung_only_hardly_a_living_cell_is_outside_the_lung(bench):
    """From one hour on: before, cells are still in passing through the blood."""
    names = ["cells_liver", "cells_spleen", "cells_rest", "cells_blood", "cells_artery", "cells_portal", "cells_lung"]
    found = infuse(bench, "lung_only", [1 / 24, 0.25, 1.0, 2.0, 3.0, 10.0], names)
    outside = sum(found[n] for n in names if n != "cells_lung")
    assert outside.max() < CONFINED["outside_lung"]
    np.testing.assert_allclose(found["cells_lung"][2], 50.0, atol=3.0)  # half-life of about 24 h


def test_the_hypotheses_differ_in_living_cells_of_the_liver(bench):
    label, lung = (infuse(bench, h, [1.0], ["cells_liver"])["cells_liver"][0] for h in ("label_is_cells", "lung_only"))
    assert label > 100 * lung
