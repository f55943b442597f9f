"""Dose finding: benefit and harm of each arm, the decision among them, and its confidence."""

from hepatica.dosing.decision import Confirmed, Decision, HypothesisResult, confirm, decide
from hepatica.dosing.utility import Harm, Utility

__all__ = ["Confirmed", "Decision", "Harm", "HypothesisResult", "Utility", "confirm", "decide"]
