"""Indocyanine green by Child class, and where labelled cells are seen, against published numbers."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

TABLE = tomllib.loads(Path(__file__).with_name("function.toml").read_text(encoding="utf-8"))
ICG, IMAGE, CONFINED, SIZE = TABLE["icg"], TABLE["imaging"], TABLE["confined"], TABLE["size"]
ORGANS = ("lung", "liver", "spleen")


@pytest.mark.parametrize("k", range(4), ids=ICG["child"])
def test_indocyanine_green_by_child_class(bench, k):
    p = bench.parameters(cirrhosis=ICG["degree"][k])
    rate = bench.follow(p, bench.rest(p, ICG["background_years"]), [0.0], ("icg_pdr",))["icg_pdr"][0, 0]
    assert rate == pytest.approx(ICG["disappearance"][k], rel=ICG["tolerance"])


def infuse(bench, hypothesis, days, names, **values):
    """A bolus into a vein of a stable cirrhotic, typical in everything; per cent of dose."""
    p = bench.parameters(hypothesis, cirrhosis=IMAGE["degree"], **values)
    y = bench.rest(p)
    found = bench.follow(
        p,
        y,
        days,
        names,
        events=bench.events([(0.0, "cells_venous", IMAGE["cells"], 0), (0.0, "label_living", IMAGE["cells"], 0)]),
    )
    return {name: 100 * v[0] / IMAGE["cells"] for name, v in found.items()}


@pytest.mark.parametrize("organ", ORGANS)
def test_label_is_seen_where_it_was_seen(bench, organ):
    found = infuse(bench, "label_is_cells", [IMAGE["minutes_at_once"] / 1440, IMAGE["day"]], [f"image_{organ}"])
    at_once, later = found[f"image_{organ}"]
    low, high = IMAGE[organ]["at_once"]
    assert low <= at_once <= high
    low, high = IMAGE[organ]["later"]
    assert low <= later <= high


def test_label_in_between_follows_the_exponentials_through_the_ranges(bench):
    """Not a measurement: what two exponentials through the midpoints say of day 1."""
    found = infuse(bench, "label_is_cells", [IMAGE["derived"]["day"]], ["image_lung", "image_liver", "image_spleen"])
    for organ in ("lung", "liver", "spleen"):
        assert found[f"image_{organ}"][0] == pytest.approx(IMAGE["derived"][organ], abs=1.5)


def test_label_without_living_cells_can_look_alike(bench):
    """Efflux and debris bring label to liver and spleen though hardly a cell lives there."""
    found = infuse(
        bench, "lung_only", [IMAGE["day"]], ["image_lung", "image_liver", "image_spleen", "cells_liver", "cells_spleen"]
    )
    assert found["image_spleen"][0] > 20 and found["image_liver"][0] > 10 and found["image_lung"][0] < 6
    assert found["cells_liver"][0] + found["cells_spleen"][0] < 0.05
    value = {n: p.value for n, p in bench.system.model.parameters.items()}
    assert found["image_liver"][0] / found["image_spleen"][0] == pytest.approx(
        value["label_to_liver"] / value["label_to_spleen"], rel=0.02
    )


def test_smaller_cells_pass_the_lung(bench):
    """Peak of arterial cells of 15.1 against 18.5 um (rat)."""
    peaks = [
        infuse(bench, "lung_only", np.linspace(0.0, 0.02, 200), ["cells_arterial"], diameter=d)["cells_arterial"].max()
        for d in (SIZE["small"], SIZE["usual"])
    ]
    assert peaks[0] / peaks[1] == pytest.approx(SIZE["ratio"], rel=SIZE["tolerance"])


def test_the_spleen_shows_more_than_the_liver(bench):
    found = infuse(bench, "label_is_cells", [IMAGE["day"]], ["image_liver", "image_spleen"])
    assert found["image_spleen"][0] > found["image_liver"][0]


def test_under_lung_only_hardly_a_living_cell_is_outside_the_lung(bench):
    """From one hour on: before, cells are still in passing through the blood."""
    names = [
        "cells_liver",
        "cells_spleen",
        "cells_rest",
        "cells_gut",
        "cells_kidney",
        "cells_venous",
        "cells_arterial",
        "cells_hepatic_artery",
        "cells_portal",
        "cells_lung",
    ]
    found = infuse(bench, "lung_only", [1 / 24, 0.25, 1.0, 2.0, 3.0, 10.0], names)
    outside = sum(found[n] for n in names if n != "cells_lung")
    assert outside.max() < CONFINED["outside_lung"]
    np.testing.assert_allclose(found["cells_lung"][2], 50.0, atol=3.0)  # half-life of about 24 h


def test_the_hypotheses_differ_in_living_cells_of_the_liver(bench):
    label, lung = (infuse(bench, h, [1.0], ["cells_liver"])["cells_liver"][0] for h in ("label_is_cells", "lung_only"))
    assert label > 100 * lung
