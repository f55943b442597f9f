"""Therapeutic window of a study: base, variations, subgroups and contrasts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepatica.dosing.window.endpoints import HEADLINES, Endpoint
from hepatica.dosing.window.estimands import Estimand
from hepatica.dosing.window.uncertainty import Sample, draw_means
from hepatica.engine import System
from hepatica.patients import Admitted, Draws
from hepatica.progress import Progress, ignore_progress
from hepatica.study import Study
from hepatica.study_system import system_of
from hepatica.therapeutic_window.answer import BASE_VARIED, GAIN, Contrast, TherapeuticWindow
from hepatica.therapeutic_window.contrasts import Difference, difference, dose_ratio, step
from hepatica.therapeutic_window.estimates import Place, Window, estimate_window, limit_of
from hepatica.therapeutic_window.interactions import Interaction, compute_interactions
from hepatica.therapeutic_window.sampling import Sampler, Values, central_draw, endpoints_of, spread_draws
from hepatica.therapeutic_window.settings import WindowSettings, base_regimen
from hepatica.therapeutic_window.subgroups import Subgroup, subgroups
from hepatica.therapeutic_window.variations import Group, Variation, base_variation, variations

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOVED = ("net_gain", "survival_90", "thrombosis", "reaction")
"""Endpoints whose windows are estimated for every variation and subgroup; `HEADLINES` are compared at one dose."""


def compute_window(
    study: Study,
    settings: WindowSettings | None = None,
    *,
    system: System | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> TherapeuticWindow:
    """Therapeutic window of a study: how benefit and harm move with the dose, and the doses with patient and product.

    Parameters
    ----------
    study : Study
        Its population, product, first route and schedule, hypotheses and utilities.
    settings : WindowSettings, optional
        Doses and sizes.
    system : System, optional
        The shipped model unless given.
    workers : int, optional
        Threads; no number depends on it.
    progress : Progress, optional
        Stages are "admit", "window", "central", "varied", "interaction" and "fit".

    Examples
    --------
    >>> from hepatica import check_study
    >>> few = {"title": "t", "patients": 12, "draws": 12, "horizon": "4 d", "hypotheses": ["lung_only"]}
    >>> study = check_study(few | {"posterior": "prior", "grid": {"dose": ["1e6 cells/kg"], "infusions": [1]}})
    >>> small = WindowSettings(points=4, varied_draws=10, central_patients=10, groups=())
    >>> window = compute_window(study, small)
    >>> len(window.windows[0].log_doses), window.windows[0].endpoint.name
    (4, 'net_gain')
    """
    s, report = settings or WindowSettings(), progress or ignore_progress
    run = _Run(study, s, Sampler(study, system_of(study, system), workers), report)
    return run.answer()


@dataclass
class _Run:
    """One window under way."""

    study: Study
    settings: WindowSettings
    sampler: Sampler
    report: Progress

    def answer(self) -> TherapeuticWindow:
        """All parts of the answer, in the order in which they are computed."""
        study, s = self.study, self.settings
        base = base_variation(base_regimen(study), study.product.product(), study.together_with)
        log_doses = s.log_doses(base.regimen.infusions)
        endpoints = endpoints_of(self.sampler.system, study.horizon)
        known = self.sampler.known(study.seed)
        patients = self.admit(known)
        at_base = {h: self.values(base, log_doses, patients, endpoints, h) for h in study.hypotheses}
        draw = central_draw([v[GAIN] for v in at_base.values()], patients.cohort.draw)
        central = self.central(base, log_doses, known, draw, endpoints)
        self.report("fit", 0, 1)
        windows = self.windows(base, log_doses, patients, at_base, central, endpoints)
        reference = self.reference(windows, base, log_doses)
        shown = [e for e in endpoints if e.name in HEADLINES]
        varied = variations(base, study.horizon, s.groups)
        some = spread_draws(patients, s.varied_draws)
        contrasts, moved = self.vary(varied, log_doses, patients.take(some), some, at_base, reference, shown)
        interactions = self.interactions(base, float(log_doses[reference]), patients.take(some))
        groups = subgroups(
            patients,
            s.groups,
            ascites=self.sampler.at_admission["ascites"],
            shunt=self.sampler.at_admission.get("shunt"),
        )
        if varied:  # the base in the same patients, to be drawn beside the variations
            member = np.isin(np.arange(len(patients.cohort.patient)), some)
            same = Subgroup(Group.SEVERITY, "", np.nan, np.nan, member)
            moved = self.of_subgroups((same,), base, log_doses, patients, at_base, shown[:1], key=BASE_VARIED) + moved
        windows += moved + self.of_subgroups(groups, base, log_doses, patients, at_base, shown)
        self.report("fit", 1, 1)
        return TherapeuticWindow(
            study=study,
            settings=s,
            system=self.sampler.system,
            base=base,
            log_doses=log_doses,
            reference=reference,
            windows=tuple(windows),
            steps={h: self.steps(v, patients, len(log_doses)) for h, v in at_base.items()},
            contrasts=tuple(contrasts),
            interactions=interactions,
            varied=varied,
            subgroups=groups,
            no_effect={h: known.null_effect_probability(h) for h in study.hypotheses},
            central_draw=draw,
            extrapolation=patients.cohort.population.extrapolation,
            courses=self.sampler.courses,
            failed=self.sampler.failed,
        )

    def admit(self, known: Draws) -> Admitted:
        """Patients of the base window."""
        self.report("admit", 0, 1)
        draws = min(self.settings.draws or known.n, known.n)
        patients = self.sampler.admit(known, draws, self.settings.per_draw)
        self.report("admit", 1, 1)
        return patients

    def values(
        self, variation: Variation, log_doses: Floats, patients: Admitted, endpoints: tuple[Endpoint, ...], h: str
    ) -> Values:
        """Courses of the base under a hypothesis, with progress."""
        place = self.study.hypotheses.index(h)

        def report(_: str, done: int, n: int) -> None:
            self.report("window", place * n + done, len(self.study.hypotheses) * n)

        return self.sampler.values(variation, log_doses, patients, endpoints, h, report)

    def central(
        self, base: Variation, log_doses: Floats, known: Draws, draw: int, endpoints: tuple[Endpoint, ...]
    ) -> dict[str, Values]:
        """Courses of patients who all carry the central draw."""
        row = known.take(known.row(np.array([draw])))
        patients, made = self.sampler.admit(row, 1, self.settings.central_patients), {}
        sampler = Sampler(self.study, self.sampler.system, self.sampler.workers)
        for k, h in enumerate(self.study.hypotheses):
            self.report("central", k, len(self.study.hypotheses))
            made[h] = sampler.values(base, log_doses, patients, endpoints, h)
        self.report("central", len(made), len(made))
        self.sampler.courses += sampler.courses
        self.sampler.failed += sampler.failed
        return made

    def place(self, h: str, key: str, variation: Variation, log_doses: Floats) -> Place:
        """Setting of the estimate."""
        return Place(
            hypothesis=h,
            key=key,
            infusions=variation.regimen.infusions,
            log_doses=log_doses,
            highest_given=variation.highest_given(),
            seed=self.study.seed,
        )

    def estimate(self, e: Endpoint, place: Place, sample: Sample, patients: Floats | None = None) -> Window | None:
        """Window of an endpoint; None where it does not apply to anybody, or nobody's solve went well."""
        if np.isfinite(draw_means(sample)[0]).any(axis=0).all():
            utility = self.study.utility.utility()
            limit = limit_of(e, {h.name: h.limit for h in utility.harms}, self.settings.limits)
            if patients is not None and np.isfinite(patients).all(axis=0).sum() < 2:
                patients = None
            return estimate_window(e, place, sample, relevant=self.settings.relevant, limit=limit, patients=patients)
        return None

    def windows(
        self,
        base: Variation,
        log_doses: Floats,
        patients: Admitted,
        at_base: dict[str, Values],
        central: dict[str, Values],
        endpoints: tuple[Endpoint, ...],
    ) -> list[Window]:
        """Windows of the base, all endpoints."""
        made = []
        for h, values in at_base.items():
            for e in endpoints:
                sample = Sample(values[e.name], patients.cohort.draw)
                made.append(self.estimate(e, self.place(h, "base", base, log_doses), sample, central[h][e.name]))
        return [w for w in made if w is not None]

    def reference(self, windows: list[Window], base: Variation, log_doses: Floats) -> int:
        """Lowest dose of the grid with 90 % of the largest gain under every hypothesis, none beyond those given."""
        plateau = [w.estimates[Estimand.PLATEAU].value for w in windows if w.endpoint.name == GAIN]
        finite = [p for p in plateau if np.isfinite(p)]
        needed = max(finite) if finite else log_doses[len(log_doses) // 2]
        given = np.flatnonzero(10.0**log_doses <= base.highest_given() * (1 + 1e-9))
        place = int(np.searchsorted(log_doses, needed - 1e-9))
        return int(np.clip(place, 1, given[-1] if len(given) > 1 else len(log_doses) - 1))

    def steps(self, values: Values, patients: Admitted, doses: int) -> tuple[Difference, ...]:
        """Gain of each dose over the next lower one."""
        sample = Sample(values[GAIN], patients.cohort.draw)
        return tuple(step(sample, k, seed=self.study.seed) for k in range(1, doses))

    def vary(
        self,
        varied: tuple[Variation, ...],
        log_doses: Floats,
        patients: Admitted,
        some: Ints,
        at_base: dict[str, Values],
        reference: int,
        endpoints: list[Endpoint],
    ) -> tuple[list[Contrast], list[Window]]:
        """Variations in some of the patients, with their windows and their contrasts with the base."""
        draw, contrasts, windows = patients.cohort.draw, [], []
        total = len(varied) * len(self.study.hypotheses)
        for k, (variation, h) in enumerate((v, h) for v in varied for h in self.study.hypotheses):
            self.report("varied", k, total)
            values = self.sampler.values(variation, log_doses, patients, tuple(endpoints), h)
            pairs = {
                e.name: (Sample(values[e.name], draw), Sample(at_base[h][e.name][:, some], draw)) for e in endpoints
            }
            contrasts.append(
                Contrast(
                    hypothesis=h,
                    variation=variation,
                    at={n: difference(a, b, reference, seed=self.study.seed) for n, (a, b) in pairs.items()},
                    ratio=dose_ratio(*pairs[GAIN], log_doses, seed=self.study.seed),
                )
            )
            place = self.place(h, variation.key, variation, log_doses)
            windows += [self.estimate(e, place, pairs[e.name][0]) for e in endpoints if e.name in MOVED]
        self.report("varied", total, total)
        return contrasts, [w for w in windows if w is not None]

    def interactions(self, base: Variation, log_dose: float, patients: Admitted) -> tuple[Interaction, ...]:
        """Cells with established treatments, where these are among what is varied."""
        if Group.TOGETHER not in self.settings.groups:
            return ()
        return compute_interactions(self.sampler, base, log_dose, patients, progress=self.report)

    def of_subgroups(
        self,
        groups: tuple[Subgroup, ...],
        base: Variation,
        log_doses: Floats,
        patients: Admitted,
        at_base: dict[str, Values],
        endpoints: list[Endpoint],
        key: str = "",
    ) -> list[Window]:
        """Windows of subgroups of the base's patients."""
        made = []
        for group in groups:
            for h, values in at_base.items():
                place = self.place(h, key or group.key, base, log_doses)
                for e in endpoints:
                    if e.name in MOVED:
                        own = Sample(values[e.name][:, group.member], patients.cohort.draw[group.member])
                        made.append(self.estimate(e, place, own))
        return [w for w in made if w is not None]
