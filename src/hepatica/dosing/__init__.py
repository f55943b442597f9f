"""Finding the dose: what an arm is worth, what it risks, which is best, and how sure that is."""

from hepatica.dosing.decision import Confirmed, Decision, Hypothesised, confirm, decide
from hepatica.dosing.utility import Harm, Utility

__all__ = ["Confirmed", "Decision", "Harm", "Hypothesised", "Utility", "confirm", "decide"]
