"""Applicability: the place of each regimen among those that were given."""

from dataclasses import replace

from hepatica.qualify.applicability import place
from hepatica.therapy import Regimen


def test_place_of_a_regimen(q):
    assert {r.label: p for r, p in q.scope.regimens} == {
        "3e5/kg x4 q7d peripheral vein": "inside", "5e7/kg x4 q7d peripheral vein": "never",
        "3e5/kg x4 q7d hepatic artery": "given", "5e7/kg x4 q7d hepatic artery": "never"}  # fmt: skip
    arms = q.scope.of_population()
    assert {(g.publication, g.low, g.high) for g in arms} == {("lin2017", 1e5, 1e6), ("unseen", 1e5, 1e6)}
    usual = Regimen(5e5, infusions=4)
    assert (
        place(usual, "hbv_aclf", arms, 60.0) == "inside"
        and place(usual, "decompensated_cirrhosis", arms, 60.0) == "elsewhere"
    )
    assert place(replace(usual, infusions=5), "hbv_aclf", arms, 60.0) == "given"
    assert place(Regimen(3e7, per_kg=False, infusions=4), "hbv_aclf", arms, 60.0) == "inside"
    assert q.scope.share("inside") == 0.25 and q.scope.days_with_cells == 168
    assert q.scope.numbers["days"] == (0, 0, 0) and q.scope.numbers["survival"][1] == 2
