"""Laws of the process: each has a source or says that it is assumed, in both languages, with a prior."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.therapy import SOURCES
from hepatica.therapy.process.laws import law, law_numbers, laws


@pytest.mark.parametrize("name", laws())
def test_every_law_has_a_source_or_is_assumed(name):
    own = laws()[name]
    assert own.grade in ("in vitro", "assumed") and len(own.source) > 20 and all(own.label.values())
    assert own.source.startswith(("assumed", "reference")) or own.grade == "in vitro" or "assumed" in own.source
    assert own.prior.varies or name.startswith("senescence")


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", ["thaw_living", "doublings_per_passage", "doubling_hours", "senescence_passage"])
def test_laws_that_tell_sources_apart_know_every_source(name, source):
    assert law(name, source).value > 0


def test_draws_spread_about_the_typical_size_and_are_the_same_each_time():
    own, z = law("harvest_living"), law_numbers("harvest_living", 2000)
    drawn = own.draws(z)
    assert drawn[0] == own.value and np.median(drawn[1:]) == pytest.approx(own.value, abs=0.001)
    assert np.array_equal(z, law_numbers("harvest_living", 2000)) and not np.array_equal(z, law_numbers("other", 2000))


def test_an_unknown_law_is_refused():
    with pytest.raises(InputError, match="thaw_living"):
        law("sunlight")
