"""Search for the regimen of a study: thousands of candidates raced in virtual patients, leaders in fresh ones."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from hepatica.admission import admit
from hepatica.dosing.harms import Harm
from hepatica.dosing.search import SearchResult, SearchSettings, run_search
from hepatica.dosing.search.leaders import Leader
from hepatica.dosing.search.regimens import RegimenSpace
from hepatica.dosing.search.store import Store
from hepatica.engine import System
from hepatica.files import to_json
from hepatica.patients import Admitted, load_population
from hepatica.progress import Progress, ignore_progress
from hepatica.regimen_search.evaluation import RegimenEvaluation
from hepatica.simulation import Arm
from hepatica.study import Study
from hepatica.study_system import system_of


def regimens_of(study: Study, **ranges: object) -> RegimenSpace:
    """Regimens to search for a study: the ranges of its table [search], its routes, product and background.

    Parameters
    ----------
    study : Study
        Dose-finding study.
    **ranges : object
        Fields of `RegimenSpace` that take the place of these.
    """
    s, product = study.search, study.product.product()
    own = study.together_with
    usual: dict[str, object] = {
        "horizon": study.horizon,
        "dose": tuple(d.cells for d in s.dose),
        "infusions": s.infusions,
        "interval": s.interval,
        "duration": s.duration,
        "routes": s.route or tuple(dict.fromkeys(study.grid.route)),
        "products": tuple(replace(product, source=source) for source in s.source) or (product,),
        "together_with": (own, *((*own, *names) for names in s.together_with)),
    }
    return RegimenSpace(**(usual | ranges))  # type: ignore[arg-type]


def settings_of(study: Study) -> SearchSettings:
    """Size of the search by the table [search] of a study, and its seed.

    Parameters
    ----------
    study : Study
        Dose-finding study.
    """
    s = study.search
    return SearchSettings(
        candidates=s.candidates,
        batch=min(250, max(s.candidates // 4, 1)),
        first_patients=s.first_patients,
        race_patients=s.race_patients,
        fresh_patients=s.fresh_patients,
        seed=study.seed,
    )


@dataclass(frozen=True, kw_only=True)
class SearchAnswer:
    """Answer of a search for a regimen.

    Attributes
    ----------
    study : Study
    regimens : RegimenSpace
    settings : SearchSettings
    result : SearchResult
        Leaders are estimated in fresh patients.
    harms : tuple of Harm
        In the order of a leader's `excess`.
    draws : int
        Parameter draws that the patients share.
    failed : int
        Solves that failed after the retry.
    """

    study: Study
    regimens: RegimenSpace
    settings: SearchSettings
    result: SearchResult
    harms: tuple[Harm, ...]
    draws: int
    failed: int

    def arm(self, leader: Leader) -> Arm:
        """Arm of a leader."""
        return self.regimens.arm(self.result.points[leader.candidate])

    @property
    def choice(self) -> Arm:
        """Chosen arm; standard care if no candidate is better."""
        if self.result.choice < 0:
            return Arm("standard care", together_with=self.study.together_with)
        return self.arm(self.result.leaders[self.result.choice])

    @property
    def seen_per_draw(self) -> int:
        """Patients of each draw that the search has seen; whoever confirms its leaders takes those after them."""
        return -(-(self.settings.race_patients + self.settings.fresh_patients) // self.draws)

    def arms(self) -> tuple[Arm, ...]:
        """Standard care, then every leader once, the fewest cells first."""
        leaders = sorted(self.result.leaders, key=lambda leader: (leader.cells, leader.candidate))
        made = {arm.name: arm for arm in map(self.arm, leaders)}
        return (Arm("standard care", together_with=self.study.together_with), *made.values())

    def frame(self) -> pd.DataFrame:
        """Leaders, one row per hypothesis and leader, each mean with its Monte-Carlo error."""
        rows = []
        for h, hypothesis in enumerate(self.study.hypotheses):
            for place, leader in enumerate(self.result.leaders):
                rows.append({"hypothesis": hypothesis} | self._row(h, place, leader))
        return pd.DataFrame(rows)

    def _row(self, h: int, place: int, leader: Leader) -> dict[str, object]:
        arm = self.arm(leader)
        r = arm.regimen
        row: dict[str, object] = {"arm": arm.name, "chosen": place == self.result.choice}
        row |= {n: getattr(r, n) for n in ("dose", "infusions", "interval", "duration", "route")}
        row |= {
            "cells_per_kg": leader.cells,
            "source": arm.product.source,
            "together_with": " ".join(arm.together_with),
        }
        for name in ("gain", "lost", "below_leader"):
            estimate = getattr(leader, name)[h]
            row |= {name: estimate.mean, f"{name}_error": estimate.error}
        for harm, excess in zip(self.harms, leader.excess, strict=True):
            row |= {f"excess_{harm.name}": excess[h].mean, f"excess_{harm.name}_error": excess[h].error}
        return row | {
            "regret": leader.regret,
            "regret_error": leader.regret_error,
            "worst_subgroup": leader.worst_subgroup[h].mean,
            "worst_subgroup_error": leader.worst_subgroup[h].error,
            "worst_subgroup_of_meld_thirds": leader.subgroup[h],
            "cvar_worst_tenth": leader.cvar[h].mean,
            "cvar_worst_tenth_error": leader.cvar[h].error,
            "on_front": place in self.result.front[h],
            "beyond_any_dose_given": self.regimens.beyond_given(self.result.points[leader.candidate]),
            "roles": " ".join(leader.roles),
        }


def search(
    study: Study,
    settings: SearchSettings | None = None,
    *,
    regimens: RegimenSpace | None = None,
    system: System | None = None,
    folder: Path | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> SearchAnswer:
    """Search for the regimen of a study by a surrogate and a race, and estimate the leaders in fresh patients.

    Parameters
    ----------
    study : Study
        Its population, product, horizon, utilities and hypotheses; not its grid, of which the routes are taken.
    settings : SearchSettings, optional
        `settings_of(study)` unless given. The study's seed decides the patients, that of the settings the candidates.
    regimens : RegimenSpace, optional
        `regimens_of(study)` unless given.
    system : System, optional
        The shipped model unless given.
    folder : Path, optional
        Where evaluations are kept, each written atomically; a search that was killed goes on from there.
    workers : int, optional
        Threads; no number depends on it.
    progress : Progress, optional
        Stages are "admit", "search", "race" and "fresh".

    Examples
    --------
    >>> from hepatica import check_study
    >>> few = {"title": "t", "patients": 8, "draws": 8, "horizon": "3 d", "hypotheses": ["lung_only"]}
    >>> study = check_study(few | {"posterior": "prior", "grid": {"dose": ["1e6 cells/kg"], "infusions": [1]}})
    >>> small = SearchSettings(candidates=4, batch=4, first_patients=2, race_patients=2, leaders=1, fresh_patients=4)
    >>> answer = search(study, small, regimens=regimens_of(study, infusions=(1, 1)))
    >>> len(answer.result.points), answer.draws
    (4, 8)
    """
    s, report = settings or settings_of(study), progress or ignore_progress
    system, among, known = system_of(study, system), regimens or regimens_of(study), study.known()
    draws = study.draws if known is None else known.n
    report("admit", 0, 1)
    patients = admit(
        system,
        load_population(study.population, transplant_rate=study.transplant_rate),
        s.race_patients + s.fresh_patients,
        seed=study.seed,
        draws=draws,
        known=known,
        workers=workers,
    )
    report("admit", 1, 1)
    evaluation = RegimenEvaluation(study, system, patients, among, workers)
    store = Store(folder, _key(study, system, among, patients))
    result = run_search(
        among.space(),
        evaluation,
        s,
        cells=among.cells,
        group=evaluation.group,
        limits=np.array([h.limit for h in evaluation.harms]),
        store=store,
        progress=report,
    )
    return SearchAnswer(
        study=study,
        regimens=among,
        settings=s,
        result=result,
        harms=evaluation.harms,
        draws=draws,
        failed=evaluation.failed,
    )


def _key(study: Study, system: System, regimens: RegimenSpace, patients: Admitted) -> str:
    """All that decides an evaluation besides its candidates and the numbers of its patients."""
    states = hashlib.blake2b(np.ascontiguousarray(patients.initial).tobytes(), digest_size=12).hexdigest()
    return to_json({"study": study.hash, "model": system.model.hash, "patients": states, "regimens": asdict(regimens)})
