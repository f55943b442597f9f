from __future__ import annotations

import pytest

from hepatica.errors import InputError
from hepatica.imaging.biodistribution.summary import QUANTITIES
from hepatica.imaging.quantification import OrganLabel
from hepatica.imaging.subject.analysis import analyse_subject, merged
from hepatica.imaging.subject.scan import MeasuredScan
from hepatica.imaging.subject.subject_file import check_subject

SUBJECT = check_subject({"title": "07", "cells": {"number": 1.5e8, "tracer": "Zr89"}})


def scan(day: float, lung: float) -> MeasuredScan:
    labels = (OrganLabel("lung", day, lung, 0.02, 0.03, 0.004), OrganLabel("bladder", day, 0.01, 0.01, 0.03, 0.004))
    return MeasuredScan(labels)


def test_scans_in_any_order_give_one_analysis() -> None:
    seen = []
    found = analyse_subject(
        SUBJECT, [scan(3.0, 0.16), scan(0.1, 0.3)], points=600, progress=lambda *a: seen.append(a[1:])
    )
    assert [s.day for s in found.scans] == [0.1, 3.0]
    assert [o.time for o in found.odds[1:]] == [0.1, 3.0]
    assert found.at_scans().time.values.tolist() == [0.1, 3.0]
    assert {q.name for q in found.quantities} == set(QUANTITIES)
    assert found.fit.observed.unfitted == ("bladder",)
    assert set(found.contradicted) <= set(found.misfits) <= {"lung_only"}
    assert seen[0] == (0, 5) and seen[-1] == (5, 5)


def test_nothing_to_analyse() -> None:
    with pytest.raises(InputError, match="no scan"):
        merged([])
