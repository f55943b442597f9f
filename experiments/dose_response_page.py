"""Page of the dose-response over species: every table and figure of docs/dose-response.md from what was computed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import dose_response_pig as pig
import numpy as np

from hepatica.evidence.indirect import load_all
from hepatica.files import write_whole
from hepatica.report.style import GREY, LOOKS, PRIOR, PUBLISHED, legend_below, panels, styled
from hepatica.translation.arms import SIGMA, log_likelihood, sigma_prior, trials
from hepatica.translation.dose_response import Half, Measure
from hepatica.translation.dose_response.curve import emax
from hepatica.translation.dose_response.effects import end_points
from hepatica.translation.dose_response.informed import LN10, per_exposure, prior_before, used_in
from hepatica.translation.dose_response.reweighting import effective_draws

NAME = {
    Measure.PER_KG: "cells per kg, by vein",
    Measure.LIVING: "living cells in reach, images mean cells",
    Measure.LIVING_LUNG: "living cells in reach, living cells hardly leave the lung",
    Measure.PER_ANIMAL: "cells per animal, by vein",
}
QUANTILES = (0.05, 0.5, 0.95)
OUTSIDE = {
    "mouse_apap_dose_2022": "lower doses and the control not printed; one arm predicted below",
    "rat_galnlps_uc_dose_time_89zr": "doses not printed",
    "rat_ccl4_low_high_haemostasis": "doses not printed",
    "rat_ccl4_low_high_enzymes": "doses not printed",
    "applsci_dose_dependent_fibrosis": "doses and species not printed",
    "mouse_bmsc_gradient_heparin": "harm; doses not printed",
    "nog_mouse_repeat_noael": "harm",
    "cyno_iv_sc_repeat_2023": "harm",
    "cyno_repeat_2012": "harm",
    "cyno_98d_2017": "harm",
    "cyno_14d_daily": "immune markers in health, no effect by dose printed",
    "mouse_rat_uc_tox_2022": "harm, none seen",
    "scid_admsc_ra_2011": "harm, none seen",
    "mouse_gvhd_dose_timing": "doses not printed",
    "human_septic_shock_ciss": "no effect at any dose, no number by dose",
    "human_sepsis_uc_he": "no effect at any dose, no number by dose",
    "human_dose_review_kabat": "a review that counts trials of this list: a check below, not data",
    "human_oa_meta_dose": "P by dose, no effect by dose",
    "human_ards_start_phase1": "no effect by dose printed",
    "rat_fhf_msc_molecules_window": "cells outside the body, numbers not printed; benefit is gone at high numbers",
    "pig_mi_pasc_local_dose": "numbers of the highest dose alone",
    "sheep_mi_mpc_dose": "into the heart, body weight not printed; best at the low doses",
    "human_crohn_pda001_phase2": "response not printed",
    "human_ami_iv_dose": "doses pooled in print",
}


def table(head: str, rows: Iterable[Iterable[Any]]) -> list[str]:
    """Markdown table; `head` has its columns apart by bars."""
    columns = [c.strip() for c in head.split("|")]
    return [
        f"| {' | '.join(columns)} |",
        "|" + "---|" * len(columns),
        *(f"| {' | '.join(str(c) for c in row)} |" for row in rows),
    ]


def number(x: float) -> str:
    """Two digits."""
    return f"{x:.1e}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")


def interval(posterior: Any, probability: np.ndarray | None = None) -> str:
    """Median with the 90 % interval."""
    low, middle, high = (10 ** posterior.quantile(q, probability) for q in QUANTILES)
    return f"{number(middle)} ({number(low)} to {number(high)})"


def priors(halves: dict[str, Any]) -> list[str]:
    """Priors before and after, by measure and weight."""
    rows = []
    for half in Half:
        before = prior_before(half)
        rows.append((f"`{half.value}`", "before", "", number(before.median), f"{before.cv:.2f}"))
        rows += [
            (f"`{half.value}`", NAME[m], w, number(x.median), f"{x.cv:.2f}")
            for (h, m, w), x in halves["informed"].items()
            if h is half
        ]
    return table("parameter | measure | evidence | median | CV", rows)


def species(halves: dict[str, Any]) -> list[str]:
    """Half-effects by species."""
    rows = []
    for m, posterior in halves["posterior"].items():
        before = prior_before(Half.CELLS)
        centre = before.log_mean - np.log(per_exposure(Half.CELLS, m))
        low, high = (np.exp(centre + z * before.log_sd) for z in (-1.645, 1.645))
        rows.append((NAME[m], m.unit, "man, before", f"{number(np.exp(centre))} ({number(low)} to {number(high)})"))
        rows.append((NAME[m], m.unit, "man, liver, after", interval(posterior)))
        rows += [(NAME[m], m.unit, s, interval(posterior, p)) for s, p in posterior.by_species.items() if s != "human"]
    return table("measure | unit | species | half-effect, median (90 %)", rows)


def hyper(halves: dict[str, Any]) -> list[str]:
    """Spread between species, and how well each measure does on the same end points."""
    best = max(free for free, _ in halves["evidence"].values())
    rows = [
        (
            NAME[m],
            len(used_in(m)),
            *(f"{x:.2f}" for x in (p.tau_species, p.tau_disease, p.tau_study, p.fall_share)),
            *(f"{x - best:.1f}" for x in halves["evidence"][m]),
        )
        for m, p in halves["posterior"].items()
    ]
    head = (
        "measure | end points | SD between species, decades | between diseases | between end points | share that falls"
    )
    return table(f"{head} | log evidence, species differ | species equal", rows)


def predicted(arms: Any) -> tuple[list[str], list[tuple[str, float | None, np.ndarray]]]:
    """Predicted share alive of each arm, given its control and given all arms, beside the printed one."""
    rows, drawn = [], []
    rng = np.random.default_rng(1)
    for trial in trials():
        alive = arms.alive[trial.key]
        by_control, by_all = (_weights(trial, alive, control_only=c) for c in (True, False))
        count = effective_draws(by_all.reshape(len(SIGMA), alive.shape[2], -1).sum((0, 2)))
        for j, arm in enumerate(trial.arms):
            p = np.nan_to_num(alive[:, j].ravel(), nan=0.0)
            n = arm.n or 5
            low, middle, high = np.quantile(rng.binomial(n, p[rng.choice(len(p), 4000, p=by_control)]) / n, QUANTILES)
            fitted = np.quantile(p[rng.choice(len(p), 4000, p=by_all)], QUANTILES)
            seen = arm.observed
            verdict = "" if seen is None else "inside" if low <= seen <= high else "**outside**"
            counted = f" ({arm.alive} of {arm.n})" if arm.n else " (n not printed)"
            printed = "not printed" if seen is None else f"{100 * seen:.0f}{counted}"
            given = f"{100 * middle:.0f} ({100 * low:.0f} to {100 * high:.0f})"
            after = f"{100 * fitted[1]:.0f} ({100 * fitted[0]:.0f} to {100 * fitted[2]:.0f})"
            rows.append((f"{trial.key}: {arm.id}", trial.species, printed, given, verdict, after, f"{count:.1f}"))
            drawn.append((f"{trial.species}: {arm.id}".replace("_", " "), seen, np.array([low, middle, high])))
    head = "arm | species | published % alive | predicted %, given the control (90 %)"
    return table(f"{head} |  | % alive after all its arms | draws", rows), drawn


def _weights(trial: Any, alive: np.ndarray, *, control_only: bool) -> np.ndarray:
    """Weights of every sigma, draw and amount of toxin given the control, or all arms, of sum 1."""
    said = np.array([log_likelihood(trial, x, control_only=control_only) for x in alive])
    w = (sigma_prior(np.array(SIGMA))[:, None, None] * np.exp(said - said.max())).ravel()
    out: np.ndarray = w / w.sum()
    return out


def compose(
    halves: dict[str, Any],
    arms: Any,
    folds: list[tuple[str, float, np.ndarray]],
    pigs: list[tuple[str, ...]],
    *,
    draws: int,
    model: str,
) -> str:
    """The page."""
    several = [k for k, p in load_all().items() if p.several_doses]
    used = {e.publication for e in end_points()}
    sigma = np.array(SIGMA)
    scaled = [
        (f"{s:g}", f"{p:.2f}", f"{q:.2f} ± {e:.2f}", f"{n:.1f}")
        for s, p, q, e, n in zip(sigma, sigma_prior(sigma), arms.sigma, arms.error, arms.count, strict=True)
    ]
    fold_rows = [(k, f"{f:g}", f"{q[1]:.2f} ({q[0]:.2f} to {q[2]:.2f})") for k, f, q in folds]
    arms_table, _ = predicted(arms)
    kg = halves["posterior"][Measure.PER_KG]
    near = 10 ** kg.quantile(0.5) * 70
    lines = [
        "# Dose-response over species",
        "",
        f"Written by `python experiments/dose_response.py --draws {draws} --write docs`: model {model[:12]}; for "
        "research use. Of 80 "
        f"publications of animals and of people with other diseases, {len(several)} have several doses, of which "
        f"{len(used)} print enough to enter. Most were read as abstracts: directions and shapes more than numbers.",
        "",
        "An end point's largest effect, on the scale of standardised differences, is normal about none; its steepness, "
        "and whether and where it falls at high exposure, are averaged over. Its half-effect is that of its species "
        "and disease with a spread; a species' is man's with a spread of its own (half-normal, tenfold), learnt here. "
        "Four measures of exposure stand side by side as named hypotheses and are never averaged. Each end point has a "
        "weight (power prior); at weight 0 the prior comes back exactly. The equations stand in "
        "`hepatica.translation.dose_response.hierarchy`.",
        "",
        "The prior leads: with it at 6e7 cells and a coefficient of variation of 1, the end points move the median by "
        "a factor of 0.4 to 0.8 and hardly narrow it. Two end points alone are of the liver, and none of those by vein "
        "has a dose per kg.",
        "",
        "## Priors of the model's half-effects, before and after",
        "",
        *priors(halves),
        "",
        "![Priors before and after](img/dose-response-priors.svg)",
        "",
        "## Half-effect by species",
        "",
        *species(halves),
        "",
        "![Dose-response by species](img/dose-response-species.svg)",
        "",
        "## Are species equal, and in which measure?",
        "",
        "Log evidence on the end points that all measures share, against the best; two or more are worth a word.",
        "",
        *hyper(halves),
        "",
        "A review of 16 positive trials by vein that is no part of the data (Kabat2019) has the least effective dose "
        f"at 7e7 to 1.9e8 cells in 14 of them; the half-effect in cells per kg is {number(near)} cells at 70 kg.",
        "",
        "## Animal arms, predicted beside published",
        "",
        "From the priors, with the animal's physiology, a variance between species of all biology, and an amount of "
        "the model's toxin that is unknown and fitted to the control. Nothing else is fitted. The intensity of death "
        "by a failing liver is man's, and so is the pace of injury and repair. An interval from 0 to 100 says nothing, "
        "and what lies inside it is no success. The last columns are no prediction: what the draws that fit all "
        "arms of the trial have, and how many effective draws those are; where that is one, a draw was picked that "
        "happens to fit.",
        "",
        *arms_table,
        "",
        "![Animal arms](img/dose-response-arms.svg)",
        "",
        "Standard deviation between species (of the log ratio), half-normal of scale 0.5 before, after all arms, with "
        "its Monte-Carlo error. The arms are so far from most draws that few count; where the error is as large as the "
        "probability, nothing is learnt.",
        "",
        *table("sigma | before | after | effective draws", scaled),
        "",
        "### Pigs with cells by the portal vein",
        "",
        pig.TEXT.replace("\n", " "),
        "",
        *table(f"{pig.COLUMNS} | over draws", pigs),
        "",
        "What was assumed for each trial:",
        "",
        *(f"- {t.key}: {t.reason}" for t in trials()),
        "",
        "## Fold changes of delivery in mice",
        "",
        "Exposure of the liver over 72 h with more CXCR4, against unmodified cells, from the priors (90 %). Published "
        "works say more cells in the liver and longer survival; no fold was printed where it could be read, so "
        "nothing stands beside.",
        "",
        *table("injury | CXCR4, fold | liver exposure, fold", fold_rows),
        "",
        "## What enters",
        "",
        *table(
            "end point | publication | species | arms | weight | assumed",
            ((e.key, e.publication, e.species, len(e.doses), f"{e.power:.2f}", e.reason or "-") for e in end_points()),
        ),
        "",
        "## What falls outside",
        "",
        *table("publication | why", ((k, OUTSIDE[k]) for k in several if k not in used)),
        "",
    ]
    return "\n".join(lines)


def draw(halves: dict[str, Any], arms: Any, folder: Path) -> None:
    """The three figures."""
    for name, figure in (
        ("priors", _priors_figure(halves)),
        ("species", _species_figure(halves)),
        ("arms", _arms_figure(predicted(arms)[1])),
    ):
        with styled():
            write_whole(
                folder / f"dose-response-{name}.svg",
                lambda p, f=figure: f.savefig(p, format="svg", metadata={"Date": None}),
            )


def _priors_figure(halves: dict[str, Any]) -> Any:
    """Densities of the half-effect of man in every measure, before and after."""
    with styled():
        figure, axes = panels(1, 4, width=11.5, height=3.0)
        for ax, (m, posterior) in zip(axes[0], halves["posterior"].items(), strict=True):
            before = prior_before(Half.CELLS)
            centre = (before.log_mean - np.log(per_exposure(Half.CELLS, m))) / LN10
            density = np.exp(-0.5 * ((posterior.grid - centre) * LN10 / before.log_sd) ** 2)
            ax.fill_between(posterior.grid, density / density.sum(), color=PRIOR, label="before")
            colour, line, _ = LOOKS[0]
            ax.plot(posterior.grid, posterior.probability, color=colour, linestyle=line, label="after")
            ax.set(title=NAME[m].replace(", ", ",\n"), xlabel=f"half-effect, log10 {m.unit}", yticks=[])
            ax.set_xlim(centre - 2, centre + 1.5)
        legend_below(figure, axes[0, 0], 4)
    return figure


def _species_figure(halves: dict[str, Any]) -> Any:
    """Median curves by species with 90 % bands of man."""
    names = ("human", "pig", "rat", "mouse")
    with styled():
        figure, axes = panels(1, 2, width=11.0, height=3.4)
        for ax, m in zip(axes[0], (Measure.PER_KG, Measure.LIVING), strict=True):
            posterior = halves["posterior"][m]
            x = np.geomspace(*((1e3, 1e9) if m is Measure.PER_KG else (1e4, 1e10)), 200)
            for s, (colour, line, _) in zip(names, LOOKS, strict=True):
                p = posterior.probability if s == "human" else posterior.by_species[s]
                curves = np.array([100 * emax(x, 10 ** posterior.quantile(q, p)) for q in QUANTILES])
                ax.plot(np.log10(x), curves[1], color=colour, linestyle=line, label="man" if s == "human" else s)
                if s == "human":
                    ax.fill_between(np.log10(x), curves[0], curves[2], color=colour, alpha=0.15, linewidth=0)
            ax.set(title=NAME[m], xlabel=f"log10 {m.unit}", ylabel="% of the largest effect, before any fall")
        legend_below(figure, axes[0, 0], 4)
    return figure


def _arms_figure(drawn: list[tuple[str, float | None, np.ndarray]]) -> Any:
    """Predicted intervals and published shares."""
    with styled():
        figure, axes = panels(1, 1, width=9.0, height=3.6)
        ax = axes[0, 0]
        for y, (_, seen, (low, middle, high)) in enumerate(reversed(drawn)):
            given = {"label": "predicted, 90 %"} if y == 0 else {}
            ax.plot([100 * low, 100 * high], [y, y], color=GREY, linewidth=3, solid_capstyle="butt", **given)
            ax.plot([100 * middle], [y], "|", color="black", markersize=10)
            if seen is not None:
                given = {"label": "published"} if y == 0 else {}
                ax.plot([100 * seen], [y], "D", color=PUBLISHED, markersize=6, clip_on=False, **given)
        ax.set(yticks=range(len(drawn)), yticklabels=[d[0] for d in reversed(drawn)], xlabel="% alive", xlim=(0, 100))
        ax.tick_params(axis="y", labelsize=7)
        legend_below(figure, ax, 2)
    return figure
