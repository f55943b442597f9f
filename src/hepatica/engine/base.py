"""Engine: the base of everything that solves initial value problems of a model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from hepatica.engine.checked import Checked, check
from hepatica.engine.problem import Layout, Problem, Solution
from hepatica.model.structure import Model
from hepatica.progress import Progress


class Engine(ABC):
    """Solver of one model.

    A subclass is final. It gives `name`, by which it is chosen, and `run`, which may trust its arrays.

    Parameters
    ----------
    model : Model
        The assembled model.
    """

    name: ClassVar[str]

    def __init__(self, model: Model) -> None:
        self.model, self.layout = model, Layout.of(model)

    @classmethod
    def available(cls) -> bool:
        """True where this machine has what the engine needs."""
        return True

    def solve(
        self,
        problem: Problem,
        *,
        workers: int | None = None,
        sensitivities: Sequence[str] = (),
        progress: Progress | None = None,
    ) -> Solution:
        """Check a problem and solve it.

        Parameters
        ----------
        problem : Problem
            Any number of patients.
        workers : int, optional
            Threads; all processors unless given. The solution does not depend on it.
        sensitivities : sequence of str
            Parameters, or states for their initial values, by which derivatives of the outputs are computed.
        progress : Progress, optional
            Told of the stage "solve", in patients.

        Raises
        ------
        InputError
            If an array of the problem cannot be used, or an output or a sensitivity is not of the model.
        EngineError
            If the engine cannot do what is asked.
        """
        names = tuple(sensitivities)
        self.layout.check_sensitivities(names)
        return self.run(check(problem, self.layout), workers=workers, sensitivities=names, progress=progress)

    @abstractmethod
    def run(
        self,
        checked: Checked,
        *,
        workers: int | None = None,
        sensitivities: tuple[str, ...] = (),
        progress: Progress | None = None,
    ) -> Solution:
        """Solve a problem that has been checked against this engine's layout."""
