"""Finding the dose: what an arm is worth, what it risks, which is best, and how sure that is."""

from hepatica.dosing.decision import Decision, Hypothesised, decide
from hepatica.dosing.utility import Harm, Utility

__all__ = ["Decision", "Harm", "Hypothesised", "Utility", "decide"]
