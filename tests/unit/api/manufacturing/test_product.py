"""Request and answer of products side by side."""

import pytest

from hepatica.api.manufacturing.product import ProductRequest
from hepatica.errors import InputError
from hepatica.study import check_study

STUDY = {"title": "t", "patients": 4, "draws": 4, "posterior": "prior", "grid": {"dose": ["7e7 cells"]}}


def test_a_dose_that_is_not_per_kg_is_refused_before_anything_runs():
    with pytest.raises(InputError, match="per kg"):
        ProductRequest.check({"study": check_study(STUDY)}).compute()


@pytest.mark.parametrize("bad", [{"cells": 0.0}, {"draws": 1}, {"per_draw": 1}, {"colour": "red"}])
def test_what_is_refused(bad):
    with pytest.raises(InputError):
        ProductRequest.check({"study": check_study(STUDY)} | bad)
