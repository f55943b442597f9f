"""Dose finding: benefit, harm and burden of each arm, the decision among them, and a verdict.

Modules, in reading order: `harms` (loss, limit and probability of each harm), `burden` (days that treatment takes),
`utility` (benefit of an arm for each patient), `variance_components` (between patients, and by parameter uncertainty),
`draw_means` (the same for several arms at once), `readers` (priors of three readers), `predictive` (one mixture of all
that is not known), `verdict` (its four forms and their thresholds), `leaders` (regimens worth another look),
`conclusion` (dose or range, verdict, how often it returns), `assumptions` (parameters that decide), `decision` (the
whole, over the hypotheses), `credible` (arms that may be best), `confirmation` (leaders in
fresh patients), `information` (what to learn next).
"""

from hepatica.dosing.conclusion import Conclusion
from hepatica.dosing.confirmation import confirm
from hepatica.dosing.decision import Decision, HypothesisResult, decide
from hepatica.dosing.harms import HARMS, Harm
from hepatica.dosing.utility import Utility
from hepatica.dosing.verdict import Form, Judgement, Thresholds

__all__ = [
    "HARMS",
    "Conclusion",
    "Decision",
    "Form",
    "Harm",
    "HypothesisResult",
    "Judgement",
    "Thresholds",
    "Utility",
    "confirm",
    "decide",
]
