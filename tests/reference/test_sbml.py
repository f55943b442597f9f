"""The model as SBML, simulated by libRoadRunner (CVODE) and COPASI (LSODA), is the model that our engine solves.

Every shipped study, two patients, three regimens, infections at the times that our engine found: all states at all
output times agree within 1e-6 of (size + scale), to the horizon. A file is simulated as it was written where its shape
(which doses and how many) is new; other patients set its parameters, since libRoadRunner takes seconds to compile one.
"""

import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hepatica.dose_study import admit_patients
from hepatica.engine.problem import BOLUS
from hepatica.exchange import to_sbml, write_omex
from hepatica.exchange.run import course, run_of
from hepatica.exchange.schedule import schedule
from hepatica.exchange.units import amount_of
from hepatica.simulation import Arm
from hepatica.study import load_study
from hepatica.therapy import Product, Regimen

STUDIES = sorted((Path(__file__).parents[2] / "studies").glob("*.toml"))
RTOLS = (1e-10, 1e-13)  # of the peers; ours is 1e-10
PATIENTS, WITHIN, NEVER = 2, 1e-6, 1e6
OTHER = Arm(
    "another",
    Regimen(3e6, infusions=3, interval=9.5, route="portal_vein", start=2.25),
    Product(thawed=True),
    labelled=True,
)


def arms(study):
    """No cells; the study's own dose, the most often that it asks for, as infusions; another dose, as boluses."""
    own = max(study.arms(), key=lambda arm: arm.regimen.infusions)
    assert own.regimen.gives_cells and own.regimen.duration > 0
    return (study.arms()[0], own, OTHER)


@pytest.fixture(scope="module")
def runs(system):
    """Runs of every study, two patients in each of three arms, with our states at output times."""
    found = {}
    for path in STUDIES:
        study = load_study(path)
        few = study.model_copy(update={"patients": PATIENTS})
        patients = admit_patients(few, system)
        for k, arm in enumerate(arms(study)):
            problem = course(system, patients, arm, study.horizon, study.hypotheses[k % len(study.hypotheses)])
            done = system.solve(problem)
            assert not done.status.any(), (path.stem, done.status)
            for i in range(PATIENTS):
                found[path.stem, arm.name, i] = (
                    run_of(system, problem, done, i, f"{path.stem}, {arm.name}, {i}"),
                    done.values[i],
                )
    return found


def shape(run, most):
    """The run with as many infections as any has, the rest of them never, and what decides a file's shape."""
    times = {name: (*found, *[NEVER] * (most - len(found))) for name, found in run.crossings.items()}
    plan = schedule(run.given)
    moments = tuple(
        (m.name, tuple((s, tuple(a)) for s, a in m.adds.items()), tuple((s, tuple(r)) for s, r in m.rates.items()))
        for m in plan.moments
    )
    return replace(run, crossings=times), (tuple((s.name, s.state, s.kind == BOLUS) for s in plan.sizes), moments)


def values(run):
    """Every parameter of a run's file that differs from run to run."""
    plan = schedule(run.given)
    times = {f"{name}_{k}_time": t for name, found in run.crossings.items() for k, t in enumerate(found, 1)}
    return (
        dict(run.parameters)
        | {s.name: s.value for s in plan.sizes}
        | {f"{m.name}_time": m.time for m in plan.moments}
        | times
    )


def grid(run):
    return round(run.end - run.start) + 1


class RoadRunner:
    """libRoadRunner, absolute tolerances given by state: it takes a plain one as a share of the initial amount."""

    def __init__(self, text, system):
        import roadrunner

        config = roadrunner.Config
        config.setValue(config.LLVM_BACKEND, config.LLJIT)
        config.setValue(config.LLJIT_OPTIMIZATION_LEVEL, config.NONE)  # ten seconds a file instead of twenty
        self.rr, self.states = roadrunner.RoadRunner(text), system.states
        units = {n: s.unit for n, s in system.model.states.items()}
        self.columns = [f"[{n}]" if amount_of(units[n])[1] else n for n in system.states]
        self.scale = dict(zip(system.states, system.scale.tolist(), strict=True))
        self.rr.integrator.setValue("maximum_num_steps", 200_000)

    def __call__(self, run, change, rtol):
        self.rr.integrator.setValue("relative_tolerance", rtol)
        self.rr.integrator.setValue(
            "absolute_tolerance", [rtol * self.scale[n] for n in self.rr.model.getFloatingSpeciesIds()]
        )
        if change:
            self.rr.resetToOrigin()
            for name, value in values(run).items():
                self.rr.model[name] = value
            self.rr.reset()
            for name, value in run.initial.items():
                self.rr.model[f"init({name})"] = value
            self.rr.reset()
        self.rr.timeCourseSelections = self.columns
        return np.array(self.rr.simulate(run.start, run.end, grid(run)))

    def alone(self, run, rtol):
        """The run after nothing: the loaded file set back to its origin."""
        return self(run, change=True, rtol=rtol)


class BrokeOff(Exception):
    """The peer stopped early: now and then COPASI finds an invalid state in a file changed after loading."""


ALONE = """
import sys, basico, numpy
path, out, start, end, steps, rtol, *states = sys.argv[1:]
dm = basico.load_model(path)
method = {"Relative Tolerance": float(rtol), "Absolute Tolerance": float(rtol) / 100, "Max Internal Steps": 1_000_000}
basico.set_task_settings("Time-Course", {"method": method}, model=dm)
frame = basico.run_time_course(float(start), float(end), int(steps), use_concentrations=True, model=dm)
numpy.save(out, frame[states].to_numpy())
"""


class Copasi:
    """COPASI, through its objects where a loaded file is changed."""

    def __init__(self, text, system):
        import basico

        self.basico = basico
        self.dm, self.system, self.states = self.basico.load_model_from_string(text), system, system.states
        model = self.dm.getModel()
        self.parameters = {
            model.getModelValue(i).getSBMLId(): model.getModelValue(i) for i in range(model.getNumModelValues())
        }
        self.species = {model.getMetabolite(i).getSBMLId(): model.getMetabolite(i) for i in range(model.getNumMetabs())}

    def __call__(self, run, change, rtol):
        self.basico.set_task_settings(
            "Time-Course",
            {"method": {"Relative Tolerance": rtol, "Absolute Tolerance": rtol / 100, "Max Internal Steps": 1_000_000}},
            model=self.dm,
        )
        if change:
            import COPASI

            model, changed = self.dm.getModel(), COPASI.ObjectStdVector()
            for name, value in values(run).items():
                self.parameters[name].setInitialValue(value)
                changed.append(self.parameters[name].getInitialValueReference())
            for name, value in run.initial.items():
                self.species[name].setInitialConcentration(value)
                changed.append(self.species[name].getInitialConcentrationReference())
            model.updateInitialValues(changed)
        frame = self.basico.run_time_course(run.start, run.end, grid(run) - 1, use_concentrations=True, model=self.dm)
        if len(frame) != grid(run):
            raise BrokeOff(f"{run.title}: {self.basico.get_task_settings('Time-Course', model=self.dm)['method']}")
        return frame[list(self.states)].to_numpy()

    def alone(self, run, rtol):
        """The run as a file of its own, in a process of its own, as other peers' leftovers disturb COPASI."""
        with tempfile.TemporaryDirectory() as folder:
            path, out = Path(folder) / "model.xml", Path(folder) / "out.npy"
            path.write_text(to_sbml(self.system.model, run), encoding="utf-8")
            settings = [str(x) for x in (path, out, run.start, run.end, grid(run) - 1, rtol, *self.states)]
            subprocess.run([sys.executable, "-c", ALONE, *settings], check=True, capture_output=True)
            return np.load(out)


def worst(ours, theirs, system):
    """Largest difference over (size + scale), and where."""
    assert np.isfinite(theirs).all()
    apart = np.abs(theirs - ours) / (np.abs(ours) + system.scale)
    row, column = np.unravel_index(apart.argmax(), apart.shape)
    return float(apart.max()), f"{system.states[column]} on day {row}"


@pytest.mark.slow
@pytest.mark.parametrize("peer, patients", [(RoadRunner, 1), (Copasi, PATIENTS)], ids=["libroadrunner", "copasi"])
def test_peers_find_the_same_course(peer, patients, system, runs, record_property):
    """All patients by the faster peer, the first of every study and arm by the other, too."""
    most = max(len(found) for run, _ in runs.values() for found in run.crossings.values())
    assert most > 0, "some patient must get an infection"
    loaded, apart, again, anew = {}, {}, [], []
    for (study, arm, i), (run, ours) in ((k, v) for k, v in runs.items() if k[2] < patients):
        padded, kind = shape(run, most)
        if new := kind not in loaded:
            loaded[kind] = peer(to_sbml(system.model, padded), system)
        try:
            theirs = loaded[kind](padded, change=not new, rtol=RTOLS[0])
        except BrokeOff:  # the file as it is, loaded anew, has to run
            anew.append(f"{study} {i}")
            theirs = loaded.pop(kind).alone(padded, RTOLS[0])
        apart[study, arm, i] = worst(ours, theirs, system)
        if apart[study, arm, i][0] > WITHIN:  # ask more of the peer, never of the test
            again.append(f"{study} {i}")
            former = loaded.get(kind) or peer(to_sbml(system.model, padded), system)
            apart[study, arm, i] = worst(ours, former.alone(padded, RTOLS[1]), system)
    record_property("apart", max(apart.values())[0])
    print(
        f"{peer.__name__}: {len(apart)} runs, "
        f"{sum(len(f) for k in apart for f in runs[k][0].crossings.values())} infections, asked again at {RTOLS[1]}: {again}, largest difference {max(apart.values())[0]:.1e} of (size + "
        "scale)"
    )
    assert len(apart) == len(STUDIES) * patients * 3 and len(anew) <= 0.2 * len(apart), anew
    assert {k: v for k, v in apart.items() if v[0] > WITHIN} == {}


def test_the_archive_runs_elsewhere_as_it_is(system, runs, tmp_path):
    """COPASI opens it, takes times and tolerances from its SED-ML, and finds our course."""
    import basico
    import COPASI

    run, ours = next(pair for (_, arm, _), pair in runs.items() if arm == OTHER.name)
    write_omex(tmp_path / "model.omex", system.model, run)
    data = COPASI.CRootContainer.addDatamodel()
    assert data.openCombineArchive(str(tmp_path / "model.omex"))
    task = basico.get_task_settings("Time-Course", model=data)
    assert task["scheduled"] and task["problem"]["Duration"] == run.end and task["problem"]["StepNumber"] == run.end
    frame = basico.run_time_course(model=data)
    assert worst(ours, frame[list(system.states)].to_numpy(), system)[0] < 1e-5  # its tolerance is 1e-8, for daily use
