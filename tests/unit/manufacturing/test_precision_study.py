"""Studies of precision from a file: levels, the whole, refusals."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.precision_study import study_precision

RNG = np.random.Generator(np.random.Philox(34))
ROWS = [
    f"{level},r{run},{level * np.exp(0.02 + 0.1 * z + 0.05 * RNG.normal()):.6f}"
    for level in (0.5, 1.0, 2.0)
    for run, z in enumerate(RNG.normal(size=5))
    for _ in range(2)
]


def study(tmp_path, rows, **options):
    path = tmp_path / "study.csv"
    path.write_text("\n".join(["expected,run,potency", *rows]))
    return study_precision(path, **options)


def test_levels_and_the_whole(tmp_path):
    found = study(tmp_path, ROWS)
    assert [a.expected for a in found.levels] == [0.5, 1.0, 2.0] and all(a.components.runs == 5 for a in found.levels)
    assert found.overall.runs == 15 and found.overall.within == pytest.approx(
        np.sqrt(np.mean([a.components.within**2 for a in found.levels]))
    )
    powers = list(found.power.values())
    assert powers == sorted(powers) and found.runs >= 2


def test_a_change_too_small_to_detect_has_no_number_of_runs(tmp_path):
    assert study(tmp_path, ROWS, change=1.0001).runs == 0


@pytest.mark.parametrize(
    "rows, options, says",
    [
        (ROWS[:2], {}, "expected 0.5, run"),
        (ROWS, {"limits": (1.1, 1.2)}, "--accept"),
        (ROWS, {"change": 1.0}, "--change"),
        ([*ROWS, "1,r1,0"], {}, "line 32, potency"),
        ([*ROWS, "0,r1,1"], {}, "line 32, expected"),
        (["1,a,1", "1,a,1", "1,b,1", "1,b,1"], {}, "without scatter"),
    ],
)
def test_what_cannot_be_studied_is_refused(tmp_path, rows, options, says):
    with pytest.raises(InputError, match=says):
        study(tmp_path, rows, **options)
