"""BIDS sidecars: both spellings, units, and the mistakes of published ones."""

import json

import numpy as np
import pytest

from hepatica.imaging.readers.faults import ImageError
from hepatica.imaging.readers.sidecar import read_sidecar


def said(bids, **changes):
    return read_sidecar(bids(**changes).with_name("sub-01_pet.json"))


@pytest.mark.parametrize("units", ["InjectedRadioactivityUnits", "InjectedRadioactivityUnit"])
@pytest.mark.parametrize("starts", ["FrameTimesStart", "FrameTimeStart"])
def test_both_spellings(bids, units, starts):
    spelt = {"InjectedRadioactivityUnits": None, "FrameTimesStart": None} | {units: "MBq", starts: [0, 60]}
    got = said(bids, **spelt)
    assert got.activity == 1e8
    np.testing.assert_allclose(got.starts, [0, 60])


@pytest.mark.parametrize("unit, scale", [("Bq/ml", 1), ("BQML", 1), ("kBq/mL", 1e3), ("Bq/cc", 1)])
def test_units_of_voxels(bids, unit, scale):
    assert said(bids, Units=unit).scale == scale


def test_frame_ends_in_place_of_durations_are_seen(bids):
    """As in bids-examples pet001, whose FrameDuration holds the times at which frames end."""
    starts = [0.0, 10.0, 20.0, 40.0, 60.0]
    with pytest.raises(ImageError, match="times at which frames end"):
        said(bids, FrameTimesStart=starts, FrameDuration=[10.0, 20.0, 40.0, 60.0, 120.0])


@pytest.mark.parametrize(
    "change, words",
    [
        ({"Units": None}, "Units: missing"),
        ({"Units": "counts"}, "Units: got|Units: 'counts'"),
        ({"FrameDuration": [60]}, "1 for 2 frames"),
        ({"FrameDuration": [90, 60]}, "run into"),
        ({"FrameDuration": [0, 60]}, "0 or below"),
        ({"FrameTimesStart": ["a", 1]}, "FrameTimesStart: not a finite"),
        ({"InjectedRadioactivityUnits": None}, "InjectedRadioactivityUnits: missing"),
        ({"InjectedRadioactivityUnit": "kBq"}, "two spellings"),
        ({"ImageDecayCorrected": "yes"}, "ImageDecayCorrected"),
        ({"ImageDecayCorrectionTime": None}, "ImageDecayCorrectionTime: missing"),
        ({"AttenuationCorrection": None}, "AttenuationCorrection: missing"),
    ],
)
def test_refuses(bids, change, words):
    with pytest.raises(ImageError, match=words):
        said(bids, **change)


def test_refuses_what_is_no_table(tmp_path):
    for text in ("[1]", "{", "[" * 100_000):
        (tmp_path / "a.json").write_text(text)
        with pytest.raises(ImageError, match="a.json"):
            read_sidecar(tmp_path / "a.json")


def test_identifiers_are_named_not_kept(bids):
    got = said(bids, PatientName="Someone Known", InstitutionName="A Clinic")
    assert got.identifiers == ("PatientName", "InstitutionName") and "Someone" not in json.dumps(vars(got), default=str)
