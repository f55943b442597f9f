"""Names of identifying fields."""

import pytest
from pydicom.datadict import tag_for_keyword

from hepatica.imaging.readers import identifiers


def test_every_dicom_name_is_a_keyword():
    assert [k for k in identifiers.DICOM if tag_for_keyword(k) is None] == []


def test_order_is_that_of_the_list():
    assert identifiers.present(("a", "b", "a"), ["b", "a", "c"]) == ("a", "b")


@pytest.mark.parametrize(
    "name", ["Liver", "lung (left)", "left_lung", "L lung", "whole body", "label 12", "左肺", "肝"]
)
def test_anatomical_names_are_kept(name):
    assert identifiers.is_anatomical(name)


@pytest.mark.parametrize(
    "name", ["Smith^John", "Liver_Smith", "liver 4711", "liver-1970-01-02", "JS", "left", "12", "张伟肝", "", "li.ver"]
)
def test_free_text_is_not(name):
    assert not identifiers.is_anatomical(name)


def test_codes_count_places_of_the_file():
    assert identifiers.coded(["lung", "Smith", "liver", "Smith", "JS"]) == {"Smith": "region 2", "JS": "region 4"}
