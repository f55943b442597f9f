"""Each brake, drive and cause moves functional mass the way its source, or the model's own logic, says: signs.toml."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from hepatica.engine import System
from hepatica.engine.problem import BOLUS
from hepatica.evidence import references
from hepatica.model.assemble import assemble
from hepatica.model.modules.hepatocytes import hepatocytes

TABLE = tomllib.loads(Path(__file__).with_name("signs.toml").read_text(encoding="utf-8"))
HEALTH = tomllib.loads((Path(__file__).parents[1] / "in_health.toml").read_text(encoding="utf-8"))["hepatocytes"]


@pytest.fixture(scope="module")
def begun(bench):
    """Parameters and states of each insult where the comparison begins."""
    found = {}
    for name, insult in TABLE["insult"].items():
        later = {k: v for k, v in insult["before"].items() if k in ("drinking", "antigen_is_drug", "drug_taken")}
        p = bench.parameters(**{k: v for k, v in insult["before"].items() if k not in later})
        y = bench.state(bench.rest(p), **insult["doses"])
        bench.set(p, **later)
        if "lead" in insult:
            y = bench.system.solve(bench.problem(p, y, [insult["lead"]], ("inr",))).final
        found[name] = p, y
    return found


@pytest.mark.parametrize("sign", TABLE["sign"], ids=lambda s: s["name"])
def test_it_moves_the_right_way(bench, begun, sign):
    p, y = begun[sign["insult"]]
    rows = [(sign.get("dosed_on", 0.0), state, amount, BOLUS) for state, amount in sign.get("doses", {}).items()]
    base, other = (
        bench.follow(
            bench.set(p.copy(), **sets), y, [float(sign["day"])], ("functional_mass",), events=bench.events(events)
        )["functional_mass"][0, 0]
        for sets, events in ((sign.get("against", {}), []), (sign.get("sets", {}), rows))
    )
    print(f"{sign['name']}: {base:.3f} -> {other:.3f} on day {sign['day']}")
    assert (other > base) == sign["better"]
    assert abs(other / base - 1) > 1e-3, "it moves nothing"


def test_each_sign_has_a_source_or_its_logic():
    for sign in TABLE["sign"]:
        assert ("source" in sign) != ("logic" in sign), sign["name"]
        for part in sign.get("source", "").split(";"):
            assert not part or part.split(",")[0].strip() in references(), sign["name"]


@pytest.mark.parametrize(
    ("need", "worse"), [("tgf_beta", 2.0), ("hypoxia", 0.3), ("phagocytes", 0.3), ("scar", 0.5), ("kill", 0.01)]
)
def test_each_brake_alone_slows_regrowth_after_resection(make_bench, need, worse):
    regrown = []
    for value in (HEALTH[need], worse):
        alone = make_bench(System(assemble([hepatocytes], constants=HEALTH | {need: value}), "reference"))
        p = alone.parameters()
        y = alone.state(alone.system.healthy(p), hepatocytes_quiescent=0.35)
        regrown.append(alone.follow(p, y, np.array([14.0]), ("hepatocytes",))["hepatocytes"][0, 0])
    print(f"{need}: {regrown[0]:.3f} -> {regrown[1]:.3f}")
    assert regrown[1] < regrown[0] - 0.005
