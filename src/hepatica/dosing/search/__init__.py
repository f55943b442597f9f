"""Search over regimens: ask and tell with a surrogate, a race with common random numbers, leaders in fresh patients.

Modules, in reading order: `space` (axes of a regimen, candidates), `outcomes` (what an evaluation returns, and worst
regret), `surrogate` (Gaussian process), `proposals` (batches asked for), `race` (sequential halving), `store`
(evaluations kept on disk), `leaders` (estimates in fresh patients), `front` (benefit, harm and cells), `robust`
(worst subgroup, CVaR), `run` (all of it in order).
"""

from hepatica.dosing.search.outcomes import Outcomes
from hepatica.dosing.search.run import SearchResult, SearchSettings, run_search
from hepatica.dosing.search.space import Axis, AxisKind, Space

__all__ = ["Axis", "AxisKind", "Outcomes", "SearchResult", "SearchSettings", "Space", "run_search"]
