"""Settings of a forecast are checked when they are made."""

import pytest

from hepatica.errors import InputError
from hepatica.individual.library.candidates import REGIMENS
from hepatica.individual.prediction.result import PersonSettings


@pytest.mark.parametrize(
    "wrong",
    [{"horizon": 1.0}, {"horizon": 1e5}, {"library": 0}, {"regimens": REGIMENS[1:]}, {"regimens": REGIMENS[:1] * 2}],
)
def test_settings(wrong):
    with pytest.raises(InputError):
        PersonSettings(**wrong)
    assert PersonSettings(horizon=1826.0, library=20000).library == 20000
