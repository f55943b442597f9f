"""Names of identifying fields."""

from pydicom.datadict import tag_for_keyword

from hepatica.imaging.readers import identifiers


def test_every_dicom_name_is_a_keyword():
    assert [k for k in identifiers.DICOM if tag_for_keyword(k) is None] == []


def test_order_is_that_of_the_list():
    assert identifiers.present(("a", "b", "a"), ["b", "a", "c"]) == ("a", "b")
