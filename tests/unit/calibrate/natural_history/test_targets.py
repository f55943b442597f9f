"""Published targets of the natural history, against plain calculations."""

import numpy as np
import pytest

from hepatica.calibrate.natural_history.targets import QUARTILES, Target, mean_or_median, targets
from hepatica.patients import load_population, populations
from hepatica.patients.population import Published


def test_targets_are_the_publications_numbers_each_person_once(system, population):
    rows = targets(population.fit.targets[0], system)
    assert {(t.variable, t.time) for t in rows} >= {("bilirubin", 0.0), ("inr", 28.0), ("meld", 0.0)}
    assert len({(t.variable, t.time) for t in rows}) == len(rows)
    source = Published(publication="correa2016", arm="decompensated", variables=("inr", "meld"))
    assert {t.variable for t in targets(source, system)} == {"inr", "meld"}


def test_a_median_is_weighted_and_its_spread_is_that_of_quartiles():
    target = Target("inr", 0.0, 2.0, median=True, quartiles=(1.0, 3.0))
    met = mean_or_median(target, np.array([1.0, 2.0, 3.0, np.nan]), np.array([1.0, 1.0, 1.0, 1.0]))
    assert met.simulated == 2.0 and met.published_spread == pytest.approx(2 / QUARTILES)
    heavy = mean_or_median(target, np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.1, 5.0]))
    assert heavy.simulated > 2.5
    mean = mean_or_median(Target("alt", 0.0, 5.0, sd=1.0), np.array([2.0, 6.0]), np.array([3.0, 1.0]))
    assert (mean.simulated, mean.spread, mean.published_spread) == (3.0, 2.0, 1.0)


def test_every_target_of_every_population_exists(system):
    for key in populations():
        for source in load_population(key).fit.targets:
            assert targets(source, system), (key, source)
