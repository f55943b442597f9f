"""Search for the regimen of a study.

Modules, in reading order: `evaluation` (candidates in the study's patients), `search` (the search and its answer).
"""

from hepatica.regimen_search.evaluation import RegimenEvaluation
from hepatica.regimen_search.search import SearchAnswer, regimens_of, search, settings_of

__all__ = ["RegimenEvaluation", "SearchAnswer", "regimens_of", "search", "settings_of"]
