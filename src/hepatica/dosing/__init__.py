"""Dose finding: benefit and harm of each arm, the decision among them, and its confidence."""

from hepatica.dosing.decision import Confirmed, Decision, HypothesisResult, confirm, decide
from hepatica.dosing.harms import HARMS, Harm
from hepatica.dosing.utility import Utility

__all__ = ["HARMS", "Confirmed", "Decision", "Harm", "HypothesisResult", "Utility", "confirm", "decide"]
