"""Verdicts under a known truth: how often each is given in worlds whose effect is known, and what that costs.

    python experiments/verdicts.py [--replicates 50] [--people 400] [--seed 1] [--write docs]

A closed-form world stands for the simulator, which is too slow for some thousand studies: five regimens of rising
cells, a dose-response of the log odds ratio of survival (saturating, rising, none, harmful), quality-adjusted days in
proportion to survival, thrombo-embolism that grows with the cells, and the burden of infusions. Each replicate sees a
trial of 400 people (and one of 110, as published), with what trials differ by, of the regimen whose trial is worth
most beforehand (EVSI over the prior): the study that `hepatica dose` would propose; its posterior is drawn by weights
from 20,000 draws of a prior of potency, half-effect and harm, with the chance of no effect by its Bayes factor. Then
the rule of `hepatica dose` itself judges: `hepatica.dosing.conclusion`, on 100 draws with the noise of four patients
each. For research use.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import expit, logit

from hepatica.dosing import HARMS, Form, Thresholds
from hepatica.dosing.conclusion import conclude
from hepatica.dosing.draw_means import DrawMeans, shrink_draw_means
from hepatica.dosing.information.sample import trial_value
from hepatica.dosing.predictive import Predictive
from hepatica.dosing.readers import Effect
from hepatica.simulation import Arm
from hepatica.therapy import Regimen

CELLS = np.array([4e5, 1e6, 4e6, 8e6, 2e7])  # per kg, in all
ARMS = [Arm("standard care"), *(Arm(f"{c:g}/kg", Regimen(c / 4, infusions=4)) for c in CELLS)]
LIN = 2  # column of the regimen nearest Lin 2017's
CARE = 0.6  # survival to day 180 under standard care
WORTH = 100.0  # quality-adjusted days of a survivor more
BURDEN = 0.6
CLOT_DAYS = 15.0  # lost per thrombo-embolism, deaths included
BETWEEN = 0.14  # SD of the log odds ratio between trials
NULL = 0.1
WORLDS = ("nothing", "saturates early", "keeps rising", "harm by clots", "cells kill")
PATIENT_SD = 25.0  # days, between patients who share a draw
DRAWS, EACH, BANK = 100, 4, 20_000
PLANNED = 1000  # draws of the prior by which a trial is planned
LOSSES = ("loss", "loss_give", "loss_never", "loss_trial")


def odds(top: np.ndarray, half: np.ndarray) -> np.ndarray:
    """Log odds ratio of survival of every regimen, (draw, arm); 0 for standard care."""
    dose = CELLS / (CELLS + half[:, None])
    return np.column_stack([np.zeros(len(top)), top[:, None] * dose])


def clots(slope: np.ndarray) -> np.ndarray:
    """Excess probability of thrombo-embolism of every regimen, (draw, arm)."""
    return np.column_stack([np.zeros(len(slope)), 1 - np.exp(-slope[:, None] * CELLS / 1e7)])


def days(effect: np.ndarray, clot: np.ndarray) -> np.ndarray:
    """Net gain of every regimen in quality-adjusted days, (draw, arm)."""
    gain = WORTH * (expit(logit(CARE) + effect) - CARE) - CLOT_DAYS * clot - BURDEN
    gain[:, 0] = 0.0
    return np.asarray(gain)


def truth(world: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Largest effect, half-effect and clots per 1e7 cells/kg of a replicate, each (1,)."""
    top, half, clot = 0.9 * np.exp(rng.normal(0, 0.15)), 3e6 * np.exp(rng.normal(0, 0.5)), 0.02
    if world == "nothing":
        top = 0.0
    elif world == "saturates early":
        half = 3e5
    elif world == "keeps rising":
        top, half = 1.4 * top, 1.5e7
    elif world == "harm by clots":
        half, clot = 3e5, 0.6
    else:
        top = -0.7
    return np.array([top]), np.array([half]), np.array([clot])


def prior(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draws from the prior: effects centred above none, as mechanisms say, and often harm."""
    return rng.normal(0.5, 0.6, BANK), 3e6 * np.exp(rng.normal(0, 1.2, BANK)), 0.05 * np.exp(rng.normal(0, 1.2, BANK))


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Trial of a replicate, and the reading of its result.

    Attributes
    ----------
    people : int
        Of the trial, beside the published ones.
    arm : int
        Column of the regimen tried; 0 is the one whose trial is worth most by the prior, -1 the one ranked first.
    thresholds : Thresholds
        Of the verdict.
    draws : int
        From the posterior.
    patient_sd : float, day
        Between patients who share a draw.
    """

    people: int = 400
    arm: int = 0
    thresholds: Thresholds = field(default_factory=Thresholds)
    draws: int = DRAWS
    patient_sd: float = PATIENT_SD


def study(world: str, trial: Trial, rng: np.random.Generator) -> dict[str, Any]:
    """One replicate: evidence from the truth, posterior, verdict, and what it is worth."""
    t, bank = truth(world, rng), prior(rng)
    effect, clot = odds(*bank[:2]), clots(bank[2])
    tried = {0: worth_trying, -1: ranked_first}[trial.arm](effect, clot) if trial.arm <= 0 else trial.arm
    log = sum(seen(t, effect, clot, arm, n, rng) for arm, n in ((LIN, 110), (tried, trial.people)) if n)
    weight = np.exp(log - np.max(log))
    rows = rng.choice(BANK, trial.draws, p=weight / weight.sum())
    c = concluded(effect[rows], clot[rows], no_effect(effect, weight), trial, rng)
    gain = days(odds(*t[:2]), clots(t[2]))[0]
    best = max(float(gain.max()), 0.0)
    acted = {Form.GIVE: float(gain[c.dose]), Form.TRIAL: after_trial(t, c.dose, rng)}
    return {
        "world": world,
        "form": c.form.value,
        "tried": tried,
        "dose": ARMS[c.dose].name,
        "true": float(gain[c.dose]),
        "best": best,
        "lin": float(gain[LIN]),
        "loss": best - acted.get(c.form, 0.0),
        "loss_give": best - float(gain[c.dose]),
        "loss_never": best,
        "loss_trial": best - after_trial(t, c.dose, rng),
        "holds": bool(max(gain[a] for a in c.plateau) >= 0.9 * best - 1e-9),
        "factor": float(CELLS[c.plateau[-1] - 1] / CELLS[c.plateau[0] - 1]),
    }


def ranked_first(effect: np.ndarray, clot: np.ndarray) -> int:
    """Column of the regimen of the largest mean gain over the prior."""
    return int(days(effect, clot).mean(axis=0).argmax())


def worth_trying(effect: np.ndarray, clot: np.ndarray) -> int:
    """Column of the regimen whose trial of the affordable size is worth most before any outcome is seen."""
    n, t = PLANNED, Thresholds()
    gain, none = days(effect[:n], clot[:n]), days(0 * effect[:n], clot[:n])
    gains, weight = np.concatenate([gain, none]), np.repeat([(1 - NULL) / n, NULL / n], n)
    care, terms, worth = np.full(2 * n, CARE), {"population": t.population, "cost": t.trial_cost}, []
    for a in range(1, len(ARMS)):
        tried = np.concatenate([effect[:n, a], np.zeros(n)])
        worth.append(trial_value(gains, weight, tried, care, t.trial_people, between=BETWEEN, **terms).net)
    return 1 + int(np.argmax(worth))


def seen(t: Any, effect: np.ndarray, clot: np.ndarray, arm: int, people: int, rng: np.random.Generator) -> np.ndarray:
    """Log likelihood of the draws by a trial of one regimen, its survival and its clots, (draw,)."""
    half = people // 2
    chance = expit(logit(CARE) + odds(*t[:2])[0, arm] + rng.normal(0, BETWEEN))
    alive = np.array([rng.binomial(half, chance), rng.binomial(half, CARE)]) + 0.5
    dead = half + 1 - alive
    value = float(np.log(alive[0] / dead[0] / (alive[1] / dead[1])))
    error = float(np.sqrt((1 / alive + 1 / dead).sum() + BETWEEN**2))
    events, p = rng.binomial(half, clots(t[2])[0, arm]), np.clip(clot[:, arm], 1e-9, 1 - 1e-9)
    fit = -0.5 * ((value - effect[:, arm]) / error) ** 2
    return np.asarray(fit + events * np.log(p) + (half - events) * np.log1p(-p))


def no_effect(effect: np.ndarray, weight: np.ndarray) -> float:
    """Posterior probability that cells do nothing: draws next to no effect stand for its likelihood."""
    none = weight[np.abs(effect).max(axis=1) < 0.1].mean()
    ratio = NULL / (1 - NULL) * none / weight.mean()
    return float(ratio / (1 + ratio))


def concluded(effect: np.ndarray, clot: np.ndarray, no_effect: float, trial: Trial, rng: np.random.Generator) -> Any:
    """Conclusion of `hepatica dose` on draws, each seen in a few patients."""
    gain, alive, n = days(effect, clot), expit(logit(CARE) + effect), len(effect)
    draw = np.repeat(np.arange(n), EACH)
    own = rng.normal(0, trial.patient_sd, n * EACH)
    share = np.abs(gain) / np.maximum(np.abs(gain).max(axis=1, keepdims=True), 1e-9)
    noisy = gain[draw].T + own * share[draw].T * np.minimum(1, np.abs(gain[draw]).max(axis=1) / 20)
    means = shrink_draw_means(noisy, draw)
    slope = WORTH * CARE * (1 - CARE)
    p = Predictive(
        hypothesis="one",
        gain=means,
        harm_alone=DrawMeans.exact(days(0 * effect, clot)),
        survived=DrawMeans.exact(alive),
        odds_slope=np.where(np.arange(gain.shape[1]) > 0, slope, 0.0),
        trial_sd=np.full(n, BETWEEN),
        excess={h.name: clot if h.name == "thrombosis" else 0 * clot for h in HARMS},
        weight=np.full(n, 1 / n),
        null_effect_probability=no_effect,
    )
    prior_effect = Effect(0.4, 0.5)
    return conclude(
        ARMS, range(len(ARMS)), [p], HARMS, trial.thresholds, patients=n * EACH, seed=1, prior_effect=prior_effect
    )


def after_trial(t: Any, dose: int, rng: np.random.Generator) -> float:
    """Days per patient of a trial of the dose and of acting on it: its participants, its cost, and the rest."""
    v, effect = Thresholds(), odds(*t[:2])[0, dose]
    gain = float(days(odds(*t[:2]), clots(t[2]))[0, dose])
    n = v.trial_people
    treated = rng.binomial(n // 2, expit(logit(CARE) + effect + rng.normal(0, BETWEEN)), 200)
    control = rng.binomial(n // 2, CARE, 200)
    value = logit((treated + 0.5) / (n // 2 + 1)) - logit((control + 0.5) / (n // 2 + 1))
    given = (value > 0.25).mean()  # clears its burden by about a standard error
    return float(((v.population - n) * given * gain + n / 2 * gain - n * v.trial_cost) / v.population)


def summary(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line a world."""
    table = []
    for world in WORLDS:
        own = [r for r in rows if r["world"] == world]
        line: dict[str, Any] = {"world": world, "n": len(own)}
        line |= {f.value: sum(r["form"] == f.value for r in own) for f in Form}
        line |= {k: float(np.mean([r[k] for r in own])) for k in LOSSES}
        line["regret"] = float(np.mean([r["best"] - r["true"] for r in own]))
        line["regret_lin"] = float(np.mean([r["best"] - r["lin"] for r in own]))
        line["holds"] = float(np.mean([r["holds"] for r in own])) if own[0]["best"] > 0 else float("nan")
        line["factor"] = float(np.median([r["factor"] for r in own]))
        table.append(line)
    return table


def page(table: list[dict[str, Any]], options: argparse.Namespace) -> str:
    """Markdown of the summary."""
    forms = " | ".join(f.value.replace("_", " ") for f in Form)
    what = " ".join((__doc__ or "").split("\n\n")[2].split())
    lines = [
        "# Verdicts under a known truth",
        "",
        f"Written by `python experiments/verdicts.py --write docs`. {what}",
        "",
        f"{options.replicates} replicates a world, outcomes of {options.people} people and of 110, neutral reader.",
        "",
        f"| world | {forms} | loss, days | always give | never | always a trial |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    mean: dict[str, Any] = {"world": "mean"} | {f.value: "" for f in Form}
    mean |= {k: float(np.mean([r[k] for r in table])) for k in LOSSES}
    for r in [*table, mean]:
        lost = " | ".join(f"{r[k]:.2f}" for k in LOSSES)
        lines.append(f"| {r['world']} | {' | '.join(str(r[f.value]) for f in Form)} | {lost} |")
    lines += [
        "",
        "Loss: days per patient given up against an oracle, by the verdict acted on (a trial: its participants, its",
        "cost, then what its result says), and by each constant verdict at the same dose.",
        "",
        "| world | regret of the dose | of Lin's regimen | range holds 90 % of the best | cells, last over first |",
        "|---|--:|--:|--:|--:|",
    ]
    for r in table:
        holds = "no gain to hold" if np.isnan(r["holds"]) else f"{100 * r['holds']:.0f} %"
        lines.append(f"| {r['world']} | {r['regret']:.2f} | {r['regret_lin']:.2f} | {holds} | {r['factor']:.1f} |")
    short = [r["world"] for r in table if r["holds"] == r["holds"] and r[Form.GIVE.value] < 0.6 * r["n"]]
    if short:
        lines += ["", f"Worlds in which cells help and fewer than three in five say give: {', '.join(short)}."]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicates", type=int, default=50, help="of each world")
    parser.add_argument("--people", type=int, default=400, help="whose outcomes were seen, beside 110 published ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", type=Path, help="folder of the docs")
    options = parser.parse_args()
    rows = [
        study(world, Trial(people=options.people), np.random.default_rng([options.seed, k, i]))
        for k, world in enumerate(WORLDS)
        for i in range(options.replicates)
    ]
    table = summary(rows)
    text = page(table, options)
    if options.write:
        target = options.write / "verdicts.md"
        reasons = target.read_text(encoding="utf-8").partition("\n## Why so few") if target.exists() else ("", "", "")
        target.write_text(text + reasons[1] + reasons[2], encoding="utf-8")
    print(json.dumps({"rows": rows, "worlds": table}) if options.json else text)


if __name__ == "__main__":
    main()
