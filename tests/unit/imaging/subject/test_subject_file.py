from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hepatica.errors import InputError
from hepatica.imaging.subject.subject_file import check_subject, read_subject

CELLS: dict[str, Any] = {"number": 1.5e8, "tracer": "Zr89"}
SHAPE = {"organ": "liver", "centre": [0, 0, 0], "size": [10, 10, 10]}


def data(**changes: Any) -> dict[str, Any]:
    return {"title": "07", "cells": CELLS, **changes}


def test_what_it_says_is_what_is_given() -> None:
    subject = check_subject(
        data(
            cells=CELLS | {"route": "portal_vein", "duration_hours": 1.0},
            product={"cxcr4": 4.0},
            next={"dose": ["1e6 cells/kg"], "route": ["portal_vein"], "infusions": [1, 2], "product": [{"name": "b"}]},
        )
    )
    assert subject.infusion().labelled.route == "portal_vein"
    assert subject.infusion().product.cxcr4 == 4.0
    assert subject.next is not None
    regimens = subject.next.plan("hbv_aclf").regimens
    assert [(r.dose, r.infusions) for r in regimens] == [(1e6, 1), (5e5, 2)]  # one dose, whole or divided


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"cells": {"tracer": "Zr89"}}, "cells.number"),
        ({"cells": CELLS | {"number": -1}}, "cells.number"),
        ({"cells": CELLS | {"number": float("nan")}}, "cells.number"),
        ({"cells": CELLS | {"tracer": "C11"}}, "tracer"),
        ({"cells": CELLS | {"route": "mouth"}}, "route"),
        ({"cells": CELLS | {"viability": 1.5}}, "cells.viability"),
        ({"titel": "x"}, "titel"),
        ({"scan": [{"path": "a"}]}, "scan.1"),
        ({"scan": [{"path": "a", "shape": [SHAPE | {"size": [1, 2]}]}]}, "scan.1.shape.1.size"),
        ({"scan": [{"path": "a", "shape": [SHAPE], "fwhm": -1}]}, "scan.1.fwhm"),
        ({"label": [{"organ": "liver", "hours": 1, "percent": 1e300, "sd": 1}]}, "label.1.percent"),
        ({"label": [{"organ": "liver", "hours": -1, "percent": 1, "sd": 1}]}, "label.1.hours"),
        ({"hypotheses": {"label_is_cells": 0.9}}, "hypotheses"),
        ({"next": {"dose": ["many"]}}, "dose"),
        ({"next": {"dose": ["1e6 cells/kg"], "route": ["mouth"]}}, "next"),
        ({"next": {"dose": ["1e6 cells/kg"], "infusions": [12], "horizon_days": 30}}, "next"),
        ({"next": {"dose": ["1e6 cells/kg"], "product": [{"name": "a"}, {"name": "a"}]}}, "next"),
    ],
)
def test_what_cannot_be_is_one_sentence_that_names_the_key(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(InputError) as caught:
        check_subject(data(**changes))
    assert where in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a = [", b"x = 1" * 300_000])
def test_files_that_are_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "s.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match="subject"):
        read_subject(path)
    with pytest.raises(InputError, match="subject"):
        read_subject(tmp_path)
