"""Summary of a search in an answer."""

import pytest

from hepatica import check_study
from hepatica.api.dosing.search import SearchSummary
from hepatica.dosing.search import SearchSettings
from hepatica.regimen_search import search


def test_a_summary_holds_leaders_with_their_errors_and_what_was_spent(system):
    grid = {"dose": ["1e6 cells/kg"], "infusions": [1]}
    few = {"title": "t", "patients": 8, "draws": 8, "horizon": "5 d", "posterior": "prior", "grid": grid}
    sizes = SearchSettings(candidates=8, batch=8, first_patients=2, race_patients=4, leaders=2, fresh_patients=4)
    found = search(check_study(few), sizes, system=system)
    summary = SearchSummary.of(found)
    assert summary.candidates == 8 and summary.courses == found.result.spent > 0 and summary.resumed == 0
    assert len(summary.leaders) == 2 * len(found.result.leaders) and summary.rungs[0] == (8, 2)
    assert summary.value["lung_only"] == pytest.approx(found.result.value[1].mean)
    assert {"gain", "gain_error", "beyond_any_dose_given"} <= set(summary.leaders[0])
