"""hepatica populations: the list and its sources."""

import json

from hepatica.patients import populations


def test_populations_are_listed_with_their_sources(hepatica):
    code, out, _ = hepatica("populations", "--json")
    rows = {row["key"]: row for row in json.loads(out)["populations"]}
    assert code == 0 and set(rows) == set(populations()) and all(row["sources"] for row in rows.values())
    assert rows["alf_paracetamol"]["extrapolation"] and not rows["hbv_aclf"]["extrapolation"]
    text = hepatica("populations")[1]
    assert all(key in text for key in rows) and "research use" in text
    assert "急性肝衰竭" in hepatica("populations", "--lang", "zh")[1]
