"""An analysis to draw."""

from __future__ import annotations

import pytest

from hepatica.imaging.phantoms.body import SEGMENTS, BodyPhantom
from hepatica.imaging.subject.analysis import SubjectAnalysis, analyse_subject
from hepatica.imaging.subject.scan import measure_subject
from hepatica.imaging.subject.subject_file import check_subject


@pytest.fixture(scope="session")
def found(tmp_path_factory: pytest.TempPathFactory) -> SubjectAnalysis:
    """Two scans of a phantom, and what may be given next."""
    folder = tmp_path_factory.mktemp("subject")
    phantom = BodyPhantom(shape=(16, 24, 24), spacing=(30.0, 15.0, 15.0), tags={"PatientName": "Doe^Jane"})
    for name, hours, lung in (("a", 2.0, 0.3), ("b", 26.0, 0.24)):
        phantom.write(folder / name, {"lung": lung, "liver": 0.03, "spleen": 0.08}, hours=hours)
    scan = {"regions": SEGMENTS, "background": "muscle"}
    subject = check_subject(
        {
            "title": "Subject 07",
            "population": "hbv_aclf",
            "cells": {"number": 1.5e8, "tracer": "Zr89"},
            "scan": [{"path": "a"} | scan, {"path": "b"} | scan],
            "label": [{"organ": "kidney", "hours": 2.0, "percent": 1.0, "sd": 0.5}],
            "next": {"dose": ["1e6 cells/kg"], "infusions": [1, 2], "horizon_days": 30, "patients": 40},
        }
    )
    return analyse_subject(subject, measure_subject(subject, folder), points=600)
