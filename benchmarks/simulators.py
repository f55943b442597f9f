"""Simulators of SBML: each is given the exported model."""

from __future__ import annotations

import numpy as np
from peer import Peer, Setting


def _document(setting: Setting) -> str:
    from hepatica.exchange import Run, to_sbml

    names, m = list(setting.model.states), setting.model
    given = tuple((t, names[s], a, 0) for t, s, a in setting.doses)
    return to_sbml(
        m,
        Run(
            dict(zip(m.parameters, setting.parameters[0].tolist(), strict=True)),
            dict(zip(names, setting.initial[0].tolist(), strict=True)),
            given,
            end=float(setting.times[-1]),
        ),
    )


class RoadRunner(Peer):
    """libRoadRunner: SBML compiled by LLVM, CVODE; parameters are set in place, the model is never loaded again."""

    name, package, settings = "libRoadRunner", "libroadrunner", "CVODE, BDF, doses as events"

    def __init__(self, setting: Setting) -> None:
        import roadrunner

        super().__init__(setting)
        self.rr, self.states = roadrunner.RoadRunner(_document(setting)), list(setting.model.states)
        self.rr.integrator.setValue("maximum_num_steps", 1_000_000)
        self.columns = [name if name in self.rr.model.getFloatingSpeciesIds() else f"[{name}]" for name in self.states]
        self.order = [self.states.index(name) for name in self.rr.model.getFloatingSpeciesIds()]

    def load(self, i: int) -> None:
        """Write parameters and initial states of patient i into the simulator."""
        rr, s = self.rr, self.setting
        rr.resetToOrigin()
        for name, value in zip(s.model.parameters, s.parameters[i], strict=True):
            rr.model[name] = value
        rr.reset()
        for name, value in zip(self.states, s.initial[i], strict=True):
            rr.model[f"init({name})"] = value

    def solve(self, i: int, rtol: float) -> np.ndarray:
        """States (n_times, n_states) of patient i."""
        rr, s = self.rr, self.setting
        rr.integrator.setValue("relative_tolerance", rtol)
        rr.integrator.setValue("absolute_tolerance", [float(rtol * s.scale[k]) for k in self.order])
        rr.reset()
        rr.timeCourseSelections = self.columns
        return np.array(rr.simulate(0.0, float(s.times[-1]), len(s.times)))


class Copasi(Peer):
    """COPASI through basico: its LSODA on imported SBML.

    The document must hold a patient: from the healthy person's, COPASI 4.48 goes wrong in about a third of loads.
    """

    name, package, settings = "COPASI", "copasi-basico", "deterministic (LSODA), doses as events"

    def __init__(self, setting: Setting) -> None:
        import basico

        super().__init__(setting)
        self.basico, self.states = basico, list(setting.model.states)
        self.dm = basico.load_model_from_string(_document(setting))
        model = self.dm.getModel()
        self.values = {v.getSBMLId(): v for v in map(model.getModelValue, range(model.getNumModelValues()))}
        self.species = {v.getSBMLId(): v for v in map(model.getMetabolite, range(model.getNumMetabs()))}

    def load(self, i: int) -> None:
        """Write parameters and initial states of patient i into the simulator."""
        import COPASI

        s, model, changed = self.setting, self.dm.getModel(), COPASI.ObjectStdVector()
        for name, value in zip(s.model.parameters, s.parameters[i], strict=True):
            if name in self.values:
                self.values[name].setInitialValue(float(value))
                changed.append(self.values[name].getInitialValueReference())
        model.updateInitialValues(changed)
        changed.clear()  # states after parameters: together, the order in which they take effect is left to chance
        for name, value in zip(self.states, s.initial[i], strict=True):
            self.species[name].setInitialConcentration(float(value))
            changed.append(self.species[name].getInitialConcentrationReference())
        model.updateInitialValues(changed)

    def solve(self, i: int, rtol: float) -> np.ndarray:
        """States (n_times, n_states) of patient i."""
        s = self.setting
        frame = self.basico.run_time_course(
            0.0,
            float(s.times[-1]),
            len(s.times) - 1,
            model=self.dm,
            use_concentrations=True,
            r_tol=rtol,
            a_tol=1e-2 * rtol,
            max_steps=1_000_000,
        )
        return np.asarray(frame[self.states].to_numpy())
