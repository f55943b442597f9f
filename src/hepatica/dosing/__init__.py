"""Dose finding: benefit and harm of each arm, the decision among them, and its confidence.

Modules, in reading order: `harms` (loss, limit and probability of each harm), `utility` (benefit of an arm for each
patient), `variance_components` (between patients, and by parameter uncertainty), `assumptions` (parameters that
decide), `decision` (minimax regret over the hypotheses).
"""

from hepatica.dosing.decision import Confirmed, Decision, HypothesisResult, confirm, decide
from hepatica.dosing.harms import HARMS, Harm
from hepatica.dosing.utility import Utility

__all__ = ["HARMS", "Confirmed", "Decision", "Harm", "HypothesisResult", "Utility", "confirm", "decide"]
