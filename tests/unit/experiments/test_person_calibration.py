"""The experiment on synthetic people: its table counts right, and a few people are covered about as often as said."""

import numpy as np
import pandas as pd
import pytest

from hepatica.individual.library import store
from hepatica.individual.library.proposals import Kind


def test_table():
    from person_calibration import table

    n = 1000
    u = (np.arange(n) + 0.5) / n
    risk = np.random.default_rng(1).permutation(u)
    rows = {"forecast risk": risk}
    for name in ("risk", "gain", "inr day 7"):
        rows |= {f"{name}: in": (np.abs(u - 0.5) < 0.45) * 1.0, f"{name}: rank": u, f"{name}: width": np.ones(n)}
    found = table(pd.DataFrame(rows)).set_index("quantity")
    assert found.loc["labs", "90 %"] == "90.0" and found.loc["risk", "p"] > 0.9
    rows["risk: rank"] = u**2
    rows["risk: in"] = (risk > 0.2) * 1.0
    found = table(pd.DataFrame(rows)).set_index("quantity")
    assert found.loc["risk", "fifth 1"] == "0.0" and found.loc["risk", "fifth 5"] == "100.0"
    assert found.loc["risk", "p"] < 1e-6


def test_a_few_people(system, monkeypatch):
    from types import SimpleNamespace

    from person_calibration import DESIGN, run, truths

    monkeypatch.setattr(store, "BLOCK", 300)
    monkeypatch.setattr(store, "cache", SimpleNamespace(read=lambda name: None, write=lambda name, content: None))
    rows = run(system, people=40, size=300, kind=Kind.ACUTE)
    inside = rows[[c for c in rows if c.endswith(": in")]].mean()
    assert 0.75 < inside[[c for c in inside.index if " day " in c]].mean() <= 1.0  # 300 candidates and 40 people
    library = store.Library(system=system, kind=Kind.ACUTE, known=None, design=DESIGN)
    own, twin = truths(library, 6, "", 1.0), truths(library, 6, "alarm_half", 3.0)
    assert np.array_equal(own.age, twin.age) and not np.allclose(own.labs, twin.labs)
    assert truths(library, 6, "alarm_half", 1.0).labs == pytest.approx(own.labs, abs=1e-5)
