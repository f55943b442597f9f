"""Request of a stability study: columns, factors, what is null."""

import pytest

from hepatica.api.manufacturing.stability import StabilityRequest
from hepatica.errors import InputError


@pytest.fixture
def ask(tmp_path):
    def make(rows, **given):
        path = tmp_path / "made.csv"
        path.write_text("\n".join(rows), encoding="utf-8")
        return StabilityRequest.check({"file": str(path), "lower": 90} | given).run()

    return make


def rows(slope=-0.4):
    yield "batch,time,value,bag"
    for bag in ("small", "large"):
        for k, batch in enumerate("abc"):
            for i, t in enumerate((0, 3, 6, 9, 12)):
                yield f"{batch},{t},{100 + slope * t * (1 + (bag == 'large')) + 0.1 * (-1) ** (i + k)},{bag}"


def test_batches_alone_and_with_a_factor(ask):
    one = [r for r in rows() if not r.endswith("large")]
    alone = ask(one, extrapolation=60)
    assert alone.model == "" and alone.shelf_lives[0].factors == [] and len(alone.lines) == 3
    found = ask(rows(), factors=["bag"], extrapolation=60)
    assert found.model.split(", ")[-1] == "time:bag" and found.worst[1] == "large" and not found.few_batches
    small, large = found.shelf_lives
    assert small.factors == ["small"] and small.shelf_life == pytest.approx(2 * large.shelf_life, rel=0.1)


def test_a_limit_that_is_never_met_is_null(ask):
    found = ask(rows(0.0), upper=None, lower=50)
    assert found.longest == found.common_shelf_life == 12.0
    assert all(x.crossing is None or x.crossing > 12 for x in found.shelf_lives)
    with pytest.raises(InputError, match="made.csv, release"):
        ask(rows(), release=80)
