"""Effects of infused cells, mechanism by mechanism: mediators beside the body's own, harms, time, labs and homing.

    python experiments/cell_effects.py [--patients 48] [--draws 100] [--seed 7] [--write docs]

Mediators, harms by dose and rate, time and homing are of patients at typical values of all that is not known. The
share of each mechanism in the gain and the chance that cells do harm are over draws from the priors, four patients a
draw, all arms with common random numbers; a mechanism is switched off by setting its own parameters to zero from
admission on. Errors are Monte-Carlo errors of the means printed, paired.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from cell_effects_animals import beside_animals, by_dose
from cell_effects_cases import HARMS, MECHANISMS, TUMOURS, UNEXPLAINED
from cell_effects_figures import write
from cell_effects_hgf import compare as compare_hgf
from cell_effects_hgf import died_and_lived
from cell_effects_infection import compare, relative_risk
from cell_effects_page import page
from cell_effects_run import HALF_YEAR, HIGH, TIMES, USUAL, error, run
from cell_effects_tables import Tables
from numpy.typing import NDArray

from hepatica.admission import admit
from hepatica.calibrate.natural_history.courses import typical_draws
from hepatica.engine import System, shipped_system
from hepatica.outcomes.scores import meld
from hepatica.patients import Admitted, Draws, load_population
from hepatica.simulation import Arm
from hepatica.therapy import Product, Regimen

Floats = NDArray[np.float64]
MONTH = 28.0  # day
WEEKS = (1, 2, 4, 8, 12, 24, 48)


def mediators(system: System, patients: Admitted) -> list[tuple[object, ...]]:
    """Largest level that cells add at 1e6 x4 and 1e7 x4, in plasma and next to a cell, beside the patient's own."""
    rows: list[tuple[object, ...]] = []
    own = {"vegf": system.model.parameters["vegf_own"].value, "tgf": system.model.parameters["tgf_own"].value}
    for route in ("peripheral_vein", "hepatic_artery", "portal_vein"):
        arms = [Arm(f"{r.dose:.0e}", replace(r, route=route)) for r in (USUAL, HIGH)]
        results = run(system, patients, arms).values
        for factor in ("hgf", "vegf", "tgf"):
            level = float(np.median(results["hgf"][0, :, 0])) if factor == "hgf" else own[factor]
            peak = [np.median(results[f"{factor}_msc"][a].max(-1)) for a in range(2)]
            near = np.median(results[f"{factor}_near"][0].max(-1))
            rows.append((route, factor.upper(), level, *peak, near, np.median(results["neighbourhood"][0].max(-1))))
        for factor, added in (("il6", "il6_added"), ("il10", "il10_gain")):
            level = float(np.median(results[factor][0, :, 0]))
            rows.append((route, factor, level, *(np.median(results[added][a].max(-1)) for a in range(2)), None, None))
    return rows


def harms_by_dose(system: System, patients: Admitted) -> list[tuple[object, ...]]:
    """Excess of thrombo-embolism and reactions, lowest oxygenation, by dose, time of infusion and viability."""
    rows: list[tuple[object, ...]] = []
    for dose in (1e5, 1e6, 1e7, 3e7, 1e8):
        for hours in (10 / 60, 1.0, 4.0):
            lots = (0.9,) if dose != 1e6 else (0.98, 0.85, 0.71)
            arms = [Arm("care"), *(Arm(str(v), Regimen(dose, duration=hours / 24), Product(viability=v)) for v in lots)]
            results = run(system, patients, arms).values
            week = int(np.argmin(np.abs(TIMES - 28)))
            clot = 100 * -np.expm1(-results["thrombosis_hazard"][..., week]).mean(-1)
            fever = 100 * -np.expm1(-results["reaction_hazard"][..., week]).mean(-1)
            low = results["oxygenation"][..., TIMES <= 2].min(-1) / results["oxygenation"][:1, :, 0]
            for a, viability in enumerate(lots, start=1):
                rows.append((dose, hours, viability, clot[a] - clot[0], fever[a], 100 * (1 - low[a].mean())))
    return rows


def anchors(system: System, patients: Admitted) -> list[tuple[object, ...]]:
    """Published harms beside the relative risk at 1e6 per kg, four times, in the same horizon, with its error."""
    results = run(system, patients, [Arm("care"), Arm("cells", USUAL)], off=UNEXPLAINED).values
    at = int(np.argmin(np.abs(TIMES - HALF_YEAR)))
    clot = -np.expm1(-results["thrombosis_hazard"][..., at])
    fever = 0.05 - np.expm1(-results["reaction_hazard"][..., at])
    tumour = results["tumour_intensity"][..., : at + 1].mean(-1)
    return [
        ("thrombo-embolism, relative risk", *relative_risk(clot[1], clot[0]), 1.14, 0.67, 1.95),
        ("fever, relative risk over 5 % without cells", *relative_risk(fever[1], fever[0]), 2.48, 1.27, 4.86),
        ("malignancy, relative risk", *relative_risk(tumour[1], tumour[0]), 0.93, 0.60, 1.45),
    ]


def tumours(system: System, known: Draws, n: int, seed: int) -> list[tuple[object, ...]]:
    """Carcinoma within five years of the living, without cells beside published and after cells, per cent."""
    rows: list[tuple[object, ...]] = []
    times = np.arange(0.0, 1827.0, 21.0)
    for key, published in TUMOURS.items():
        patients = admit(system, load_population(key), n, seed=seed, draws=1, known=known)
        results = run(system, patients, [Arm("care"), Arm("cells", USUAL), Arm("high", HIGH)], times=times).values
        alive = np.exp(-np.cumsum(results["death_intensity"], axis=-1) * 21.0)
        rate = (alive * results["tumour_intensity"]).sum(1) / alive.sum(1)
        rows.append((key, published, *(100 * -np.expm1(-np.trapezoid(rate, times, axis=-1)))))
    return rows


def mechanisms(system: System, patients: Admitted, arms: Sequence[Arm]) -> list[tuple[object, ...]]:
    """Gain in days alive within half a year, all acting, and what each mechanism gives or takes of it."""
    days = run(system, patients, arms).days()
    gain = days[1] - days[0]
    rows: list[tuple[object, ...]] = [("all", float(np.nanmean(gain)), error(gain), None, None)]
    for name, parameters in MECHANISMS.items():
        without = run(system, patients, arms, off=parameters).days()
        change = gain - (without[1] - without[0])
        rows.append((name, float(np.nanmean(change)), error(change), *share(change, gain)))
    return rows


def blood(system: System, patients: Admitted) -> list[tuple[object, ...]]:
    """Change by cells of flow, oxygen, clearance of waste and endothelium, mean of four weeks, with its error."""
    endothelium = MECHANISMS["endothelium, so flow, oxygen and clearance of waste"]
    others = tuple(p for parameters in MECHANISMS.values() for p in parameters if p not in endothelium)
    cases = {"all mechanisms": (), "endothelium alone": others, "all but the endothelium": endothelium}
    within, rows = (TIMES >= 1) & (TIMES <= MONTH), []
    for name, off in cases.items():
        values = run(system, patients, [Arm("care"), Arm("cells", USUAL)], off=(*UNEXPLAINED, *off)).values
        row: list[object] = [name]
        values = dict(values) | {"oxygen": values["oxygen_supply"] / values["oxygen_demand"]}
        for quantity in ("endothelium", "perfusion", "waste_clearance", "oxygen"):
            mean = values[quantity][..., within].mean(-1)
            row += [*relative_risk(mean[1], mean[0])]
        rows.append(tuple(row))
    return rows


def share(part: Floats, total: Floats) -> tuple[float, float]:
    """Share of a mean in another, per cent, and its Monte-Carlo error by the delta method."""
    good = np.isfinite(part) & np.isfinite(total)
    part, total = part[good], total[good]
    ratio = part.mean() / total.mean()
    return 100 * float(ratio), 100 * error((part - ratio * total) / total.mean())


def chance_of_harm(system: System, patients: Admitted) -> list[tuple[object, ...]]:
    """Probability over draws that cells raise deaths within half a year, each harm removed in turn."""
    arms = [Arm("care"), Arm("usual", USUAL), Arm("high", HIGH)]
    rows: list[tuple[object, ...]] = []
    cases: dict[str, tuple[str, ...]] = {"all": (), "mechanisms alone": UNEXPLAINED}
    cases |= {f"mechanisms without: {name}": (*UNEXPLAINED, *MECHANISMS[name]) for name in HARMS}
    at = int(np.argmin(np.abs(TIMES - HALF_YEAR)))
    for name, off in cases.items():
        results = run(system, patients, arms, off=off)
        hazard = results.hazard()[..., at]
        by_draw = np.stack([hazard[:, results.draw == d].sum(-1) for d in np.unique(results.draw)], axis=1)
        ratio = by_draw[1:] / by_draw[0]
        worse = (ratio > 1.0).mean(-1)
        spread = np.sqrt(worse * (1 - worse) / ratio.shape[1])
        rows.append((name, *(float(x) for pair in zip(worse, spread, np.median(ratio, -1), strict=True) for x in pair)))
    return rows


def time_course(system: System, patients: Admitted) -> list[tuple[object, ...]]:
    """Difference of labs of the living between cells and standard care by week, by plan, and at most reachable."""
    plans = {
        "1e6 x4, weekly": (USUAL, {}),
        "4e6 once": (Regimen(4e6, duration=1 / 24), {}),
        "4e6 once over 8 h": (Regimen(4e6, duration=8 / 24), {}),
        "1e6 x4, cells that never die, mediators at their largest": (USUAL, {"cells_half": 1.0, "death_lung": 1e-6}),
    }
    rows: list[tuple[object, ...]] = []
    for name, (regimen, sets) in plans.items():
        sets = sets | ({"death_organ": 1e-6} if sets else {})
        results = run(system, patients, [Arm("care"), Arm("cells", regimen)], off=UNEXPLAINED, sets=sets)
        alive = np.exp(-results.hazard())
        v = results.values
        labs = {n: v[n] for n in ("albumin", "bilirubin", "inr")}
        labs["meld"] = np.asarray(meld(bilirubin=v["bilirubin"], inr=v["inr"], creatinine=v["creatinine"]))
        for lab, value in labs.items():
            mean = (alive * value).sum(1) / alive.sum(1)
            rows.append((name, lab, *(mean[1] - mean[0])[[int(np.argmin(np.abs(TIMES - 7 * w))) for w in WEEKS]]))
        saved = 100 * (alive[1] - alive[0]).mean(0)
        rows.append((name, "alive", *saved[[int(np.argmin(np.abs(TIMES - 7 * w))) for w in WEEKS]]))
    return rows


def homing(system: System, patients: Admitted) -> list[tuple[object, ...]]:
    """Receptor fold against liver-cell fold (area under the curve of 28 days) and the dose that it saves."""
    within, rows = TIMES <= 28, []
    dose = 1e6
    for name in ("cxcr4", "cmet", "targeting", "carrier"):
        for fold in (1.0, 2.0, 5.0, 10.0):
            product = Product(**{name: fold})  # type: ignore[arg-type]
            arm = Arm(name, Regimen(dose, duration=1 / 24), product)
            results = run(system, patients, [Arm("plain", Regimen(dose, duration=1 / 24)), arm])
            area = np.trapezoid(results.values["cells_liver"][..., within], TIMES[within], axis=-1)
            ratio = area[1] / area[0]
            folds = np.quantile(ratio, [0.5, 0.05, 0.95])
            rows.append((name, fold, *folds, *(100 * (1 - 1 / x) for x in folds)))
    return rows


def main() -> None:
    """Compute everything and print or write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=48)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--write", type=Path, help="folder of the documents")
    options = parser.parse_args()
    system, n, seed = shipped_system(), options.patients, options.seed
    known = typical_draws(system)
    typical = {
        key: admit(system, load_population(key), n, seed=seed, draws=1, known=known)
        for key in ("hbv_aclf", "decompensated_cirrhosis")
    }
    prior = Draws.prior(system.model, options.draws, seed=seed)
    drawn = {
        key: admit(system, load_population(key), 4 * options.draws, seed=seed, draws=options.draws, known=prior)
        for key in typical
    }
    usual = [Arm("care"), Arm("cells", USUAL)]
    tables = Tables(
        hgf=compare_hgf(system, known, n, seed),
        died=died_and_lived(system, known, n, seed),
        mediators=mediators(system, typical["hbv_aclf"]),
        anchors={key: anchors(system, patients) for key, patients in typical.items()},
        infection=compare(system, known, prior, n, seed),
        tumours=tumours(system, known, n, seed),
        by_dose=harms_by_dose(system, typical["hbv_aclf"]),
        by_dose_alone=by_dose(system, typical["hbv_aclf"]),
        animals=beside_animals(system),
        mechanisms={key: mechanisms(system, patients, usual) for key, patients in drawn.items()},
        blood={key: blood(system, patients) for key, patients in drawn.items()},
        chance={key: chance_of_harm(system, patients) for key, patients in drawn.items()},
        time={key: time_course(system, patients) for key, patients in typical.items()},
        homing=homing(system, typical["hbv_aclf"]),
        weeks=WEEKS,
    )
    text = page(tables, patients=n, draws=options.draws, seed=seed, model=system.model.hash)
    if options.write:
        (options.write / "cells.md").write_text(text, encoding="utf-8")
        write(options.write, tables.mechanisms, tables.by_dose)
    else:
        print(text)


if __name__ == "__main__":
    main()
