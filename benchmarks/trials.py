"""Simulated trials on virtual patients: speed, type I error without effect, sampled times beside expected curves.

    python benchmarks/trials.py [--trials 20000] [--patients 2000] [--bank FOLDER] [--only speed,curves,error,adaptive]
        [--like WORD] [--keep FILE] [--workers 2] [--repeats 5]

Prints Markdown, as in docs/trials.md. R, where it is installed, draws trials of the same size with rpact and survival
beside it. For research use.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from hepatica.engine import System, shipped_system
from hepatica.trials.bank.build import Bank, build_bank
from hepatica.trials.bank.plan import DEATHS, BankPlan, plan_bank
from hepatica.trials.definition.trial import Trial
from hepatica.trials.definition.trial_file import check_trial
from hepatica.trials.dose_finding.boin import boin
from hepatica.trials.dose_finding.characteristics import toxicity_truth
from hepatica.trials.dose_finding.model_based.crm import Crm
from hepatica.trials.dose_finding.model_based.skeleton import calibrate_skeleton
from hepatica.trials.dose_finding.simulation import simulate
from hepatica.trials.virtual.conduct.block import TrialBlock
from hepatica.trials.virtual.conduct.events import expected_survival
from hepatica.trials.virtual.conduct.population import eligible_patients
from hepatica.trials.virtual.conduct.scenario import Scenario, Truth
from hepatica.trials.virtual.effects import fates
from hepatica.trials.virtual.simulate import simulate_trial

DOSES = ("1e5", "3e5", "5e5", "2e6", "5e6", "1e7")  # beside standard care and 1e6: eight regimens
RPACT_CODE = """
suppressMessages(library(rpact))
began <- proc.time()
design <- getDesignGroupSequential(kMax = 3, typeOfDesign = "asOF")
done <- getSimulationSurvival(design, directionUpper = FALSE, median2 = 200, hazardRatio = 0.7, accrualTime = c(0, 400),
    plannedEvents = c(40, 60, 80), maxNumberOfSubjects = 200, maxNumberOfIterations = 10000, seed = 1)
cat((proc.time() - began)[c(3, 1)])
"""
SURVDIFF_CODE = """
library(survival)
began <- proc.time()
for (k in 1:200) {
  t <- rexp(200, rep(c(0.004, 0.0028), 100)); e <- t < 168
  for (look in 1:3) survdiff(Surv(pmin(t, 56 * look), t < 56 * look) ~ rep(0:1, 100))
}
cat((proc.time() - began)[c(3, 1)])
"""


def base(**changes: Any) -> dict[str, Any]:
    """Template without drop-out, rescue and lots, one endpoint."""
    data = tomllib.loads((files("hepatica") / "trial.template.toml").read_text(encoding="utf-8"))
    data |= {"hypotheses": ["label_is_cells"], "batches": {}, "endpoint": data["endpoint"][:1]}
    data["randomisation"] = {"method": "complete"}
    data.pop("rescue")
    return data | changes


def designs() -> dict[str, Trial]:
    """Designs whose error is asked for."""
    two = [{"fraction": 0.5}, {"fraction": 0.75}]
    none: dict[str, Any] = {"look": [], "stopping": {}}
    lab = {"name": "x", "kind": "lab", "lab": "bilirubin", "day": "28 d"}
    timed = {"name": "x", "kind": "survival"}
    alive = {"name": "x", "kind": "proportion", "when": "alive == 1", "day": "84 d", "higher_is_better": True}
    arms = [{"name": "care"}, {"name": "a", "dose": "1e6 cells/kg"}, {"name": "b", "dose": "2e6 cells/kg"}]
    blocks = {"method": "blocks", "sizes": [4, 6], "strata": ["meld >= 25"]}
    made = {"fixed, log-rank": base(**none)}
    for name in ("obrien_fleming", "pocock", "hwang_shih_decani", "obrien_fleming_exact", "pocock_exact"):
        made[f"two looks, {name.replace('_', ' ')}"] = base(look=two, stopping={"efficacy": name})
    return {
        name: check_trial(data)
        for name, data in (
            made
            | {
                "two looks, kim demets 3": base(look=two, stopping={"efficacy": "kim_demets", "parameter": 3.0}),
                "two looks, futility binding": base(look=two, stopping={"futility": [0.0, 0.3], "binding": True}),
                "two looks, futility not binding": base(look=two, stopping={"futility": [0.0, 0.3]}),
                "looks on days 300 and 500": base(look=[{"day": "300 d"}, {"day": "500 d"}], stopping={}),
                "three arms, Holm, two looks": base(look=two, stopping={}, arm=arms),
                "fixed, restricted mean": base(**none, endpoint=[timed | {"method": "restricted_mean"}]),
                "fixed, max-combo": base(**none, endpoint=[timed | {"method": "max_combo"}]),
                "fixed, alive at day 84": base(**none, endpoint=[alive]),
                "fixed, bilirubin, ANCOVA": base(**none, endpoint=[lab]),
                "fixed, bilirubin, ranks with death": base(**none, endpoint=[lab | {"method": "rank_sum"}]),
                "blocks by MELD, log-rank": base(**none, randomisation=blocks),
                "blocks by MELD, stratified log-rank": base(
                    **none, randomisation=blocks, analysis={"stratified": True}
                ),
                "minimisation by MELD, log-rank": base(**none, randomisation=blocks | {"method": "minimisation"}),
            }
        ).items()
    }


def adaptive_designs() -> dict[str, Trial]:
    """Adaptive designs whose error is asked for; [bayesian] has the levels of its looks by design, not by alpha."""
    one: dict[str, Any] = {"look": [{"fraction": 0.5}], "stopping": {}}
    none: dict[str, Any] = {"look": [], "stopping": {}}
    arms = [{"name": "care"}, {"name": "a", "dose": "1e6 cells/kg"}, {"name": "b", "dose": "2e6 cells/kg"}]
    later = [*arms[:2], arms[2] | {"opens": "120 d"}]
    early = [
        {"name": "death", "kind": "survival", "primary": True},
        {"name": "alive, day 28", "kind": "proportion", "when": "alive == 1", "day": "28 d", "higher_is_better": True},
    ]
    stop = {"stopping": {"futility": [0.0]}}
    bayes = {"efficacy": [0.995, 0.9765], "predictive_futility": 0.05}
    lab = {"name": "x", "kind": "lab", "lab": "bilirubin", "day": "28 d"}
    alive = {"name": "x", "kind": "proportion", "when": "alive == 1", "day": "84 d", "higher_is_better": True}
    blind_lab = {"first": 80, "effect": 0.25}
    after = [*arms[:2], arms[2] | {"after": "a"}]
    doses = [arms[0], *({"name": d, "dose": f"{d} cells/kg", "infusions": 4} for d in ("1e5", "5e5", "2e6", "1e7"))]
    guess = {"ed50": "5e5 cells/kg"}
    shapes = [{"shape": "linear"}, {"shape": "emax"} | guess, {"shape": "quadratic", "bend": -0.7}]
    shapes.append({"shape": "sigmoid_emax", "hill": 3} | guess)
    group = {"subgroup": "meld >= 25", "first": 100, "full": 0.0, "inside": 0.0}
    rules: dict[str, dict[str, Any]] = {
        "re-estimation, promising zone": one | {"re_estimation": {}},
        "re-estimation, futility": one | stop | {"re_estimation": {"least": 0.2, "max_increase": 3.0}},
        "re-estimation, conventional statistic": one | {"re_estimation": {"conventional": True}},
        "blinded re-estimation, chance of an event": none | {"blinded_re_estimation": {"first": 80, "effect": 0.5}},
        "blinded re-estimation, standard deviation": none | {"endpoint": [lab], "blinded_re_estimation": blind_lab},
        "blinded re-estimation, proportion": none
        | {"endpoint": [alive], "blinded_re_estimation": {"first": 80, "effect": 0.2}},
        "response-adaptive, Thompson": none | {"response_adaptive": {}},
        "response-adaptive, play the winner": none | {"response_adaptive": {"rule": "play_the_winner"}},
        "Bayesian, flat prior, predictive futility": one | {"bayesian": bayes},
        "Bayesian, sceptical prior, levels as stated": one | {"bayesian": bayes | {"prior_sd": 0.4}},
        "Bayesian, sceptical prior, calibrated": one | {"bayesian": {"prior_sd": 0.4}},
        "seamless, best dose, Dunnett": none | {"arm": arms, "seamless": {"first": 100}},
        "seamless, by an early endpoint, Simes": none
        | {"arm": arms, "endpoint": early}
        | {"seamless": {"first": 100, "by": "alive, day 28", "selection": "all", "futility": 0.0, "test": "simes"}},
        "enrichment, Spiessens-Debois": none | {"enrichment": group},
        "enrichment, Simes": none | {"enrichment": group | {"test": "simes"}},
        "platform, each comparison": none | {"arm": later, "platform": {"per_arm": 60}},
        "platform, arms dropped and opened after another": none
        | {"arm": after, "platform": {"per_arm": 60, "first": 30, "familywise": True}},
        "MCP-Mod, deaths": none | {"arm": doses, "mcp_mod": {"model": shapes, "effect": 0.3}},
        "MCP-Mod, bilirubin": none | {"arm": doses, "endpoint": [lab], "mcp_mod": {"model": shapes, "effect": 0.1}},
        "MCP-Mod, alive at day 84": none
        | {"arm": doses, "endpoint": [alive], "mcp_mod": {"model": shapes, "effect": 0.1}},
        "platform, familywise, Holm": none | {"arm": later, "platform": {"per_arm": 60, "familywise": True}},
    }
    return {name: check_trial(base(**changes)) for name, changes in rules.items()}


def error_rows(
    bank: Bank, made: dict[str, Trial], trials: int, *, like: str = "", keep: Path | None = None, workers: int = 2
) -> None:
    """Type I error of each design, of a platform by comparison too; rows that are kept in a file are not run again."""
    print("\n| design | type I error, % | Monte-Carlo error | expected size |\n|---|--:|--:|--:|")
    kept = keep.read_text(encoding="utf-8").splitlines() if keep is not None and keep.exists() else []
    for name, trial in made.items():
        if like not in name:
            continue
        rows = [row for row in kept if row.startswith((f"| {name} |", f"| {name}: "))]
        if not rows:
            r = simulate_trial(trial, bank, Scenario("label_is_cells", Truth.NULL), trials, workers=workers)
            rates = {name: r.success.mean()}
            if trial.platform is not None:
                each = {k: v.mean() for k, v in r.adapted.items() if k.startswith("rejected")}
                rates |= {f"{name}: {k.partition(':')[2]} alone": float(p) for k, p in each.items()}
            errors = {label: 196 * np.sqrt(p * (1 - p) / trials) for label, p in rates.items()}
            size = f"{r.size.mean():.0f}"
            rows = [f"| {label} | {100 * p:.2f} | {errors[label]:.2f} | {size} |" for label, p in rates.items()]
            if keep is not None:
                with keep.open("a", encoding="utf-8") as file:
                    file.write("\n".join(rows) + "\n")
        print("\n".join(rows), flush=True)


def fastest(task: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Least seconds of several runs of a task: on the clock, and of the processor."""
    walls, cpus = [], []
    for _ in range(repeats):
        began, cpu = time.perf_counter(), time.process_time()
        task()
        walls.append(time.perf_counter() - began)
        cpus.append(time.process_time() - cpu)
    return min(walls), min(cpus)


def escalation_speed(repeats: int) -> None:
    """Seconds of dose finding: 100,000 trials of BOIN and 10,000 of the CRM, patient by patient."""
    levels = [0.05, 0.1, 0.2, 0.3, 0.5, 0.7]
    skeleton = tuple(calibrate_skeleton(0.06, 0.3, 2, 6).tolist())
    one = Crm(levels=6, max_patients=24, cohort=1, skeleton=skeleton, target=0.3)
    cases = {
        "100,000 trials of BOIN, 5 levels, 30 patients": (boin(0.3, 5, 30), levels[:5], 100_000),
        "10,000 trials of the CRM, 6 levels, 24 patients one by one": (one, levels, 10_000),
    }
    for name, (design, truth, trials) in cases.items():
        goal = toxicity_truth(truth, 0.3)
        wall, cpu = fastest(partial(simulate, design, goal, trials=trials), repeats)
        print(f"| {name} | {wall:.1f} | {cpu:.1f} |", flush=True)


def bank_speed(plan: BankPlan, system: System, repeats: int) -> None:
    """Seconds of a bank built anew, kernel compiled beforehand."""

    def build() -> None:
        with tempfile.TemporaryDirectory() as folder:
            build_bank(plan, system, Path(folder))

    wall, cpu = fastest(build, repeats)
    print(
        f"| bank, {plan.patients} patients x {len(plan.regimens)} regimens, {plan.days} days | {wall:.1f} | {cpu:.1f} |"
    )


def peer_speed(name: str, code: str) -> None:
    """Seconds of the same by R, where it and its packages are installed."""
    r = shutil.which("Rscript")
    done = subprocess.run([r, "-e", code], capture_output=True, text=True) if r else None
    if done is not None and done.returncode == 0:
        wall, cpu = map(float, done.stdout.split()[-2:])
        print(f"| {name} | {wall:.0f} | {cpu:.0f} |", flush=True)


def speed(bank: Bank, trial: Trial, repeats: int) -> None:
    """Seconds of bank, trials and dose finding, the best of several runs, beside R."""
    print(f"| best of {repeats} | clock, s | processor, s |\n|---|--:|--:|")
    bank_speed(bank.plan, shipped_system(), repeats)
    drawn = Scenario("label_is_cells", Truth.DRAWN)
    wall, cpu = fastest(lambda: simulate_trial(trial, bank, drawn, 10_000, workers=2), repeats)
    print(f"| 10,000 trials of {trial.patients} patients, three looks | {wall:.1f} | {cpu:.1f} |", flush=True)
    escalation_speed(repeats)
    peer_speed("R rpact, getSimulationSurvival, 10,000 trials of 200 patients, three looks", RPACT_CODE)
    peer_speed("R survival, survdiff alone, 200 such trials", SURVDIFF_CODE)


def curves(bank: Bank, trial: Trial) -> None:
    """Sampled deaths beside the expected curve, and the effect of coupling."""
    e = eligible_patients(bank, trial)
    block = TrialBlock(trial, Scenario("label_is_cells", Truth.AVERAGE, transplants=False), bank, e, 0, trial.patients)
    print("\n| arm | day | alive, sampled % | expected % | standard errors apart |\n|---|--:|--:|--:|--:|")
    for a, arm in enumerate(trial.arms()):
        own = {c: bank.outcomes["label_is_cells"].hazards[c][bank.regimen(arm[0]), e.patients] for c in DEATHS}
        expected = expected_survival(own, DEATHS).mean(axis=0)
        for day in (7, 28, 84, 168):
            alive = block.death[block.arm == a] > day
            se = np.sqrt(expected[day] * (1 - expected[day]) / len(alive))
            gap = (alive.mean() - expected[day]) / se
            print(
                f"| {trial.arm[a].name} | {day} | {100 * alive.mean():.2f} | {100 * expected[day]:.2f} | {gap:+.1f} |"
            )
    print("\n| coupling | saved, % | killed, % |\n|---|--:|--:|")
    for name, correlation in (("shared", 1.0), ("copula 0.5", 0.5), ("independent", 0.0)):
        f = fates(trial, bank, e, "label_is_cells", 1, correlation)
        print(f"| {name} | {100 * f.saved:.1f} | {100 * f.killed:.1f} |")


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20_000)
    parser.add_argument("--patients", type=int, default=2000)
    parser.add_argument("--bank", type=Path, default=None)
    parser.add_argument("--only", default="speed,curves,error,adaptive", help="parts, with commas between")
    parser.add_argument("--like", default="", help="designs whose name has this alone")
    parser.add_argument("--keep", type=Path, default=None, help="file of finished rows, to go on with later")
    parser.add_argument("--repeats", type=int, default=5, help="runs of each task whose best is printed")
    parser.add_argument("--workers", type=int, default=2, help="threads of each simulation of the error")
    given = parser.parse_args()
    parts = given.only.split(",")
    extra = [{"name": f"dose {d}", "dose": f"{d} cells/kg", "infusions": 4} for d in DOSES]
    rich = {"patients": given.patients, "draws": 100}
    trial = check_trial(base(alternative=extra, bank=rich, stopping={}))
    designs_of_all = [*designs().values(), *adaptive_designs().values()]
    others = [t.model_copy(update={"bank": trial.bank}) for t in designs_of_all]
    folder = given.bank or Path(tempfile.mkdtemp())
    if "speed" in parts:  # its eight regimens alone
        speed(build_bank(plan_bank([trial]), shipped_system(), folder), trial, given.repeats)
    bank = build_bank(plan_bank([trial, *others]), shipped_system(), folder)
    if "curves" in parts:
        curves(bank, trial)
    if "error" in parts:
        error_rows(bank, designs(), given.trials, like=given.like, keep=given.keep, workers=given.workers)
    if "adaptive" in parts:
        error_rows(bank, adaptive_designs(), given.trials, like=given.like, keep=given.keep, workers=given.workers)


if __name__ == "__main__":
    main()
