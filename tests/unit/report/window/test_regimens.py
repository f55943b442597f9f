"""Card of a search."""

import pytest

from hepatica import check_study
from hepatica.dosing.search import SearchSettings
from hepatica.regimen_search import regimens_of, search
from hepatica.report.window.regimens import front, search_card
from hepatica.words import LANGUAGES

GRID = {"dose": ["1e6 cells/kg"], "infusions": [1]}
TABLE = {"source": ["bone_marrow", "adipose"], "together_with": [["gcsf"]], "dose": ["5e6 cells/kg", "5e7 cells/kg"]}
STUDY = {"title": "t", "patients": 8, "draws": 8, "horizon": "5 d", "posterior": "prior", "grid": GRID}


@pytest.fixture(scope="module")
def searched(system):
    study = check_study(STUDY | {"search": TABLE})
    sizes = SearchSettings(candidates=12, batch=12, first_patients=2, race_patients=4, leaders=3, fresh_patients=4)
    return search(study, sizes, regimens=regimens_of(study), system=system)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_card_says_what_was_spent_and_names_every_leader(searched, lang):
    card = search_card(searched, lang)
    assert "12" in card.text[0] and str(searched.result.spent) in card.text[0] and "nan" not in card.markdown()
    assert len(card.table) == 2 * len(searched.result.leaders)
    first = card.table.columns[0]
    assert len(set(card.table[first])) == len(searched.result.leaders)
    assert any("†" in name for name in card.table[first])


def test_the_figure_has_every_leader_once_per_hypothesis(searched):
    ax = front(searched, "en").axes[0]
    drawn = sum(len(c[0].get_xdata()) for c in ax.containers)
    assert drawn == 2 * len(searched.result.leaders)
