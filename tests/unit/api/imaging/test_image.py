"""Images as an answer: intervals, null for what is not known, no identifier."""

import json
from pathlib import Path

import pytest

from hepatica.api.imaging.image import ImageAnswer, ImageRequest
from hepatica.errors import InputError
from hepatica.imaging.quantification import OrganLabel
from hepatica.imaging.subject.analysis import analyse_subject
from hepatica.imaging.subject.scan import MeasuredScan
from hepatica.imaging.subject.subject_file import check_subject


def test_an_analysis_becomes_codes_and_numbers():
    subject = check_subject({"title": "07", "cells": {"number": 1.5e8, "tracer": "Zr89"}})
    labels = (OrganLabel("liver", 0.1, 0.02, 0.01), OrganLabel("bladder", 0.1, 0.02, 0.01))
    answer = ImageAnswer.of(analyse_subject(subject, [MeasuredScan(labels, identifiers=3)], points=1500))
    row = json.loads(answer.model_dump_json())
    assert row["odds"][0]["day"] is None and row["identifiers"] == 3 and row["unfitted"] == ["bladder"]
    assert row["labels"][0]["limit"] is None
    assert row["labels"][0]["cells"]["lung_only"]["low"] <= row["labels"][0]["cells"]["lung_only"]["high"]
    assert row["labels"][1]["cells"] == {}
    assert row["advice"] is None and sum(row["probability"].values()) == pytest.approx(1.0)


def test_a_file_that_is_none():
    with pytest.raises(InputError, match="subject"):
        ImageRequest.check({"file": Path("nowhere.toml")}).run()
