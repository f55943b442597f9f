"""Page of the dose-response over species: names, numbers, and that nothing is left out in silence."""

import dose_response_page as module

from hepatica.evidence.indirect import load_all
from hepatica.translation.dose_response import Measure
from hepatica.translation.dose_response.effects import end_points


def test_every_publication_of_several_doses_enters_or_says_why_not():
    several = {k for k, p in load_all().items() if p.several_doses}
    used = {e.publication for e in end_points()}
    assert used <= several and used | set(module.OUTSIDE) == several and not used & set(module.OUTSIDE)


def test_numbers_and_tables():
    assert [module.number(x) for x in (3.4e6, 5e10, 0.012)] == ["3.4e6", "5.0e10", "1.2e-2"]
    assert module.table("a | b", [(1, 2)]) == ["| a | b |", "|---|---|", "| 1 | 2 |"]
    assert set(module.NAME) == set(Measure)
