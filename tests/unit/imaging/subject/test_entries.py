from __future__ import annotations

import pytest
from pydantic import ValidationError

from hepatica.imaging.subject.entries import NextEntry, ProductEntry


def test_every_regimen_of_the_plan() -> None:
    entry = NextEntry.model_validate(
        {"dose": ["2e8 cells"], "route": ["peripheral_vein", "portal_vein"], "infusions": [1, 4], "wait_days": [0, 3]}
    )
    regimens = entry.plan("hbv_aclf").regimens
    assert len(regimens) == 8 and len(set(regimens)) == 8
    assert all(r.dose * r.infusions == pytest.approx(2e8) and not r.per_kg for r in regimens)
    with pytest.raises(ValidationError, match="at most 60"):
        NextEntry.model_validate({"dose": ["1e6 cells/kg"] * 6, "infusions": [1, 2, 3, 4], "wait_days": [0, 1, 2]})


def test_a_product_by_name() -> None:
    assert ProductEntry(name="a", cxcr4=3.0).product().cxcr4 == 3.0
