"""Every measurable has a name in both languages, and rules read from the top."""

import pytest

from hepatica.biomarkers.measurables import measurables
from hepatica.biomarkers.policy_tree import Leaf, Split
from hepatica.report.biomarkers.names import marker_name, rule_lines


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_names(lang):
    names = [marker_name(m, lang) for m in measurables()]
    assert len(set(names)) == len(names) and all(names)


def test_rule():
    tree = Split(0, 0.0, Leaf(False, 0.25, -1.0), Leaf(True, 0.75, 2.0))
    lines = rule_lines(tree, [measurables()[1]], "en", day=0.0)
    assert lines == [
        "INR above 1:",
        "· give (75 % of patients, 2.0 days each)",
        "INR 1 or less:",
        "· withhold, futile (25 % of patients, -1.0 days each)",
    ]
    assert "stop" in rule_lines(Leaf(False, 1.0, 0.0), [], "en", day=3.0)[0]
