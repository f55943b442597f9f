"""Engine: the base of everything that solves initial value problems of a model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from hepatica.engine.checked import Checked, check
from hepatica.engine.problem import Layout, Problem, Solution
from hepatica.model.structure import Model
from hepatica.progress import Progress


@dataclass(frozen=True)
class SolveOptions:
    """Options of a solve.

    Attributes
    ----------
    workers : int or None
        Threads; all processors unless given. The solution does not depend on it.
    sensitivities : tuple of str
        Parameters, or states for their initial values, by which derivatives of the outputs are computed.
    progress : Progress or None
        Called with the stage "solve", in patients.
    """

    workers: int | None = None
    sensitivities: tuple[str, ...] = ()
    progress: Progress | None = None


DEFAULT = SolveOptions()


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

    def solve(self, problem: Problem, options: SolveOptions = DEFAULT) -> Solution:
        """Check a problem and solve it.

        Raises
        ------
        InputError
            If an array of the problem cannot be used, or an output or a sensitivity is not of the model.
        EngineError
            If the engine cannot do what is asked.
        """
        self.layout.check_sensitivities(options.sensitivities)
        return self.run(check(problem, self.layout), options)

    @abstractmethod
    def run(self, checked: Checked, options: SolveOptions) -> Solution:
        """Solve a problem that has been checked against this engine's layout."""
