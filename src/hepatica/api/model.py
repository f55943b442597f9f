"""Requests and answers about what is inside: the model, its populations, and this installation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hepatica.api.base import Answer, Number, Request, Strict
from hepatica.errors import InputError

if TYPE_CHECKING:
    from hepatica.model.structure import Model


class ModelAnswer(Answer):
    """Size of the model, its parameters by grade of evidence, and what is wrong with it.

    Attributes
    ----------
    modules : list of str
    states, flows, parameters : int
    grades : dict of grade to int
    constant : dict of name to float
        Quantities held constant because their module is off.
    problems : list of str
    model_hash : str
    """

    modules: list[str]
    states: int
    flows: int
    parameters: int
    grades: dict[str, int]
    constant: dict[str, Number]
    problems: list[str]
    model_hash: str

    @classmethod
    def of(cls, model: Model) -> ModelAnswer:
        """Answer of an assembled model."""
        return cls(**model.summary(), model_hash=model.hash)


class ParameterSource(Strict):
    """Parameter with its value, unit, grade of evidence, and source or reason."""

    parameter: str
    unit: str
    value: Number
    label: str
    grade: str
    cite: str | list[str]
    reason: str
    note: str


class ModuleAnswer(Answer):
    """States and parameters of one module."""

    module: str
    states: list[str]
    parameters: list[ParameterSource]

    @classmethod
    def of(cls, model: Model, name: str) -> ModuleAnswer:
        """Answer of a module of an assembled model.

        Raises
        ------
        InputError
            If the model has no such module.
        """
        if name not in model.modules:
            raise InputError("--module", name, f"one of {', '.join(model.modules)}")
        fields = {"label", "grade", "cite", "reason", "note"}
        return cls(
            module=name,
            states=[s.name for s in model.states.values() if s.module == name],
            parameters=[
                ParameterSource(parameter=p.name, unit=p.unit, value=p.value, **p.entry.model_dump(include=fields))
                for p in model.parameters.values()
                if p.module == name
            ],
        )


class ExportAnswer(Answer):
    """Files of the exported model, with the simulation that they describe."""

    files: list[str]
    simulation: str
    model_hash: str

    @classmethod
    def of(cls, model: Model, simulation: str, files: Sequence[Path]) -> ExportAnswer:
        """Answer of an exported model."""
        return cls(files=[str(path) for path in files], simulation=simulation, model_hash=model.hash)


class ModelRequest(Request):
    """Model that ships, with modules switched off.

    Attributes
    ----------
    without : list of str
        Modules to switch off.
    module : str
        One module in full; the whole model if empty.
    own : list of Path
        Python files of modules of the user's own, each with its table beside it.

    Examples
    --------
    >>> answer = ModelRequest(module="enzymes").run()
    >>> answer.module, answer.parameters[0].unit
    ('enzymes', '1 / day')
    """

    without: list[str] = []
    module: str = ""
    own: list[Path] = []

    def compute(self) -> Model:
        """Assembled model."""
        from hepatica.model.assemble import assemble
        from hepatica.model.own_modules import with_own_modules
        from hepatica.study_system import check_sources

        model = assemble(with_own_modules(self.own), without=self.without)
        check_sources(model)
        return model

    def run(self) -> ModelAnswer | ModuleAnswer:
        """Describe the model, or one module of it."""
        model = self.compute()
        return ModuleAnswer.of(model, self.module) if self.module else ModelAnswer.of(model)


class PopulationRow(Strict):
    """Virtual population that a study may name.

    Attributes
    ----------
    key, title : str
    extrapolation : str
        Why what is said of it is an extrapolation; empty if it is none.
    sources : list of str
        Publications without cells, and trials shown.
    """

    key: str
    title: str
    extrapolation: str
    sources: list[str]


class PopulationsAnswer(Answer):
    """Virtual populations that a study may name."""

    populations: list[PopulationRow]


class PopulationsRequest(Request):
    """List of the virtual populations.

    Attributes
    ----------
    lang : str
        Language of titles and reasons.

    Examples
    --------
    >>> PopulationsRequest().run().populations[0].key
    'aclf_grade_1'
    """

    lang: str = "en"

    def run(self) -> PopulationsAnswer:
        """List them, with their sources."""
        from hepatica.evidence import load, references
        from hepatica.patients import load_population, populations

        infos = []
        for p in map(load_population, populations()):
            chinese = self.lang == "zh"
            infos.append(
                PopulationRow(
                    key=p.key,
                    title=p.title_zh if chinese else p.title,
                    extrapolation=p.extrapolation_zh if chinese else p.extrapolation,
                    sources=[references()[load(k).cite].short() for k in p.publications],
                )
            )
        return PopulationsAnswer(populations=infos)


class DoctorAnswer(Answer):
    """This installation.

    Attributes
    ----------
    hepatica, python, platform : str
        Versions.
    compiler : str or None
        C compiler.
    engine : {"compiled", "reference"}
    cache : str
        Folder of compiled models.
    cores : int
    packages : dict of name to version
    """

    hepatica: str
    python: str
    platform: str
    compiler: str | None
    engine: str
    cache: str
    cores: int
    packages: dict[str, str]


class DoctorRequest(Request):
    """Description of this installation.

    Examples
    --------
    >>> DoctorRequest().run().engine in ("compiled", "reference")
    True
    """

    def run(self) -> DoctorAnswer:
        """Look for a compiler, the cache folder and the versions."""
        import os
        import platform
        from importlib.metadata import version

        from hepatica import __version__
        from hepatica.engine.cache import cache_folder
        from hepatica.engine.compile import find_compiler

        compiler = find_compiler()
        return DoctorAnswer(
            hepatica=__version__,
            python=platform.python_version(),
            platform=platform.platform(),
            compiler=" ".join(Path(c).name for c in compiler) if compiler else None,
            engine="compiled" if compiler else "reference",
            cache=str(cache_folder()),
            cores=os.cpu_count() or 1,
            packages={name: version(name) for name in ("numpy", "scipy", "sympy", "xarray", "pydantic")},
        )


REQUESTS: dict[str, Any] = {"model": ModelRequest, "populations": PopulationsRequest, "doctor": DoctorRequest}
ANSWERS: dict[str, Any] = {
    "model": ModelAnswer,
    "module": ModuleAnswer,
    "export": ExportAnswer,
    "populations": PopulationsAnswer,
    "doctor": DoctorAnswer,
}
