"""Dose-finding study as a checked TOML file."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError, model_validator

from hepatica import therapy
from hepatica.errors import InputError
from hepatica.json_schema import one_of
from hepatica.patients import Draws, load_population, populations, posterior
from hepatica.patients.population_file import is_own
from hepatica.simulation import Arm
from hepatica.study_fields import (
    MAX_DRAWS,
    MAX_HORIZON,
    MAX_PATIENTS,
    MAX_SEED,
    MAX_TITLE,
    MAX_TRANSPLANT_RATE,
    MIN_HORIZON,
    Days,
    Grid,
    Integer,
    Line,
    Number,
    ProductTable,
    SearchTable,
    StatedValue,
    Table,
    TreatmentName,
    UtilityTable,
    VerdictTable,
)

HYPOTHESES = {"label_is_cells": "label means cells", "lung_only": "viable cells hardly leave the lung"}
MIN_DRAWS = 40
MAX_FILE_BYTES = 1 << 20  # of a study file; those that ship have 2,000
MAX_KEY = 100  # characters of a key in an error


HypothesisName = Annotated[str, Field(json_schema_extra=one_of(HYPOTHESES))]


def _population_names(schema: dict[str, Any]) -> None:
    """Keys of the populations that ship, or the path of an own file."""
    schema.pop("type", None)
    schema["anyOf"] = [one_of(populations()), {"type": "string", "pattern": r"\.toml$"}]


class Study(Table):
    """Dose-finding study: patients, product, regimens to compare, utilities and hypotheses.

    Attributes
    ----------
    title : str
        Title of the report, on one line.
    patients, draws : int
        Virtual patients, and parameter draws among which they are divided; 40 draws at least.
    seed : int
        Of all random streams.
    horizon : str
        Time that is simulated, from '1 d' to 5 years.
    hypotheses : list of str
        About the label seen in images, side by side and never averaged.
    product : table
        Cell product of all arms, or the path of a product file.
    grid : table
        Regimens to compare.
    utility : table
        Worth of outcomes, harms and burden.
    verdict : table
        Thresholds of the verdict.
    search : table
        Ranges and size of `hepatica dose STUDY --search`.

    Examples
    --------
    >>> Study(title="t", grid={"dose": ["1e6 cells/kg"]}).grid.dose[0].cells
    1000000.0
    """

    title: Line = Field(min_length=1, max_length=MAX_TITLE)
    population: Line = Field(
        default="hbv_aclf",
        description="key of `hepatica populations`, or the path of an own file that ends with .toml; a path in a study "
        "file is relative to it",
        json_schema_extra=_population_names,
    )
    patients: Integer = Field(default=200, ge=1, le=MAX_PATIENTS)
    draws: Integer = Field(default=100, ge=1, le=MAX_DRAWS)
    seed: Integer = Field(default=1, ge=0, le=MAX_SEED)
    horizon: Days = Field(default="180 d", validate_default=True)
    hypotheses: tuple[HypothesisName, ...] = tuple(HYPOTHESES)
    transplant_rate: Number | None = Field(
        default=None,
        ge=0,
        le=MAX_TRANSPLANT_RATE,
        allow_inf_nan=False,
        description="per day, at functional failure; that of the population unless given",
    )
    together_with: tuple[TreatmentName, ...] = Field(
        default=(), description="established treatments given in every arm"
    )
    posterior: Line = Field(
        default="learnt",
        description="learnt: the draws that ship; prior: nothing learnt; or a file of `hepatica calibrate`",
    )
    parameter: dict[Line, StatedValue] = Field(
        default_factory=dict,
        description="values in place of those of the model's tables, by parameter, each with a unit that converts to "
        "the table's: fixed in all draws and under every hypothesis; `hepatica model` lists the parameters",
    )
    product: ProductTable = ProductTable()
    grid: Grid
    utility: UtilityTable = UtilityTable()
    verdict: VerdictTable = VerdictTable()
    search: SearchTable = SearchTable()

    @model_validator(mode="after")
    def _known(self) -> Study:
        if is_own(self.population):
            load_population(self.population)
        elif self.population not in populations():
            raise InputError(
                "population", self.population, f"one of {', '.join(populations())}, or a .toml of your own"
            )
        for name in self.hypotheses:
            if name not in HYPOTHESES:
                raise InputError("hypotheses", name, f"one of {', '.join(HYPOTHESES)}")
        if not self.hypotheses:
            raise InputError("hypotheses", [], f"at least one of {', '.join(HYPOTHESES)}")
        therapy.combine(self.together_with)
        if len(set(self.hypotheses)) < len(self.hypotheses):
            raise InputError("hypotheses", list(self.hypotheses), "each hypothesis once")
        if not MIN_HORIZON <= self.horizon <= MAX_HORIZON:
            raise InputError("horizon", self.horizon, "a time from 1 d to 5 years")
        if self.draws < MIN_DRAWS <= self.patients:
            raise InputError("draws", self.draws, f"at least {MIN_DRAWS}, so that parameter uncertainty is seen")
        for regimen in self.grid.regimens():
            if regimen.times[-1] >= self.horizon:
                allowed = f"infusions that start before the horizon of {self.horizon:g} d, or a longer horizon"
                raise InputError("grid", regimen.label, allowed)
        return self

    def known(self) -> Draws | None:
        """Posterior draws of the parameters, in the seed's own order; None where they come from the priors.

        A study of fewer draws than there are takes a sample of them, another one with another seed.
        """
        known = draws_of(self.posterior)
        return None if known is None else known.in_order_of(self.seed)

    @property
    def hash(self) -> str:
        """Hash of the checked study, the same in whatever units it was written; of its files, of what they say."""
        own = is_own(self.population)
        unused = {name for name, is_unused in (("parameter", not self.parameter), ("population", own)) if is_unused}
        said = self.model_dump_json(exclude=unused)
        if own:
            said += load_population(self.population).model_dump_json()
        return hashlib.blake2b(said.encode(), digest_size=12).hexdigest()

    def arms(self) -> list[Arm]:
        """Standard care first, then every regimen of the grid."""
        product = self.product.product()
        background = self.together_with
        return [
            Arm("standard care", together_with=background),
            *(Arm(r.label, r, product, together_with=background) for r in self.grid.regimens()),
        ]

    def times(self) -> NDArray[np.float64]:
        """Output times, day: daily at first, then every fifth day."""
        late = np.arange(30.0, self.horizon, 5.0)
        return np.unique(np.concatenate([np.arange(0.0, min(30.0, self.horizon), 1.0), late, [self.horizon]]))


def draws_of(name: str) -> Draws | None:
    """Posterior draws by name: ``learnt``, ``prior`` (None), or a file of `hepatica calibrate`."""
    if name == "prior":
        return None
    return posterior() if name == "learnt" else Draws.read(Path(name))


def load_study(path: Path | str, changes: Sequence[str] = (), *, overrides: Sequence[str] = ()) -> Study:
    """Read and check a study file.

    Parameters
    ----------
    path : Path or str
        TOML of at most 1 MiB.
    changes : sequence of str
        ``key=value``, each key once; they take the place of what the file says.
    overrides : sequence of str
        Changes that take the place of these.

    Raises
    ------
    InputError
        One sentence that names the key, what was got and what is allowed.

    Examples
    --------
    >>> from importlib.resources import as_file, files
    >>> with as_file(files("hepatica") / "study.template.toml") as path:
    ...     load_study(path, ["patients=100", "horizon='90 d'"]).horizon
    90.0
    """
    path = Path(path)
    data = with_product(_parse(_text(path), "study", str(path)), path.parent)
    population = data.get("population")
    if isinstance(population, str) and is_own(population):
        data["population"] = str(path.parent / population)
    for some in (changes, overrides):
        keys: set[tuple[str, ...]] = set()
        for change in some:
            key = _change(data, change)
            if key in keys:
                raise InputError("--set", change, "each key once")
            keys.add(key)
    return check_study(with_product(data, Path()))


def with_product(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The same study or trial, with the table of its product in the place of the name of a product file.

    Parameters
    ----------
    data : dict
        Untyped study or trial.
    folder : Path
        Folder that the name is relative to.

    Raises
    ------
    InputError
        If there is no such file, or it is no product file.

    Examples
    --------
    >>> with_product({"title": "t", "product": {"passage": 5}}, Path())["product"]
    {'passage': 5}
    """
    name = data.get("product")
    return data if not isinstance(name, str) else data | {"product": read_product(folder / name)}


def read_product(path: Path) -> dict[str, Any]:
    """Table of a product file: the keys of [product] in a study, at its top.

    Raises
    ------
    InputError
        One sentence that names the key, what was got and what is allowed.
    """
    table = _parse(_text(path, "product", "a product file that exists"), "product", str(path))
    if "attribute" in table:
        raise InputError(
            "product", str(path), "a product file, whose keys are those of [product] in a study; this is a lot file"
        )
    return table


def _text(path: Path, where: str = "study", missing: str = "a file that exists; `hepatica init` writes one") -> str:
    """Text of a file whose size is refused before it is read."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise InputError(where, str(path), missing) from None
    except (OSError, ValueError) as error:
        raise InputError(where, str(path), f"a file that can be read ({error})") from None
    if len(content) > MAX_FILE_BYTES:
        raise InputError(where, str(path), f"a file of at most {MAX_FILE_BYTES} bytes")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(where, str(path), "a text file in UTF-8, this one is binary") from None


def _parse(text: str, where: str, got: str) -> dict[str, Any]:
    """TOML, or one sentence that says where reading stopped."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise InputError(where, got, "valid TOML; its brackets are nested too deeply") from None
    except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
        raise InputError(where, got, f"valid TOML; reading stopped: {error}") from None


def check_study(data: dict[str, Any]) -> Study:
    """Check a study given as a dictionary.

    Raises
    ------
    InputError
        One sentence that names the key, what was got and what is allowed.

    Examples
    --------
    >>> grid = {"dose": ["1e6 cells/kg"], "infusions": [1, 4], "route": ["peripheral_vein"]}
    >>> [arm.name for arm in check_study({"title": "t", "grid": grid}).arms()]
    ['standard care', '1e6/kg once peripheral vein', '1e6/kg x4 q7d peripheral vein']
    >>> check_study({"title": "t", "grid": grid, "population": "nobody"})
    Traceback (most recent call last):
    ...
    hepatica.errors.InputError: population: got 'nobody'; one of ...
    """
    try:
        return Study(**data)
    except ValidationError as error:
        first = error.errors()[0]
        parts = [part for part in first["loc"] if part != "[key]"]
        where = ".".join(str(part) if str(part).isprintable() else ascii(part) for part in parts)[:MAX_KEY]
        if first["type"] == "extra_forbidden":
            raise InputError(where, first["input"], f"a known key: {', '.join(_siblings(first['loc']))}") from None
        if first["type"] == "missing":
            raise InputError(where, None, "this key is required") from None
        raise InputError(where, first["input"], first["msg"].removeprefix("Value error, ")) from None
    except (TypeError, OverflowError, RecursionError) as error:
        raise InputError("study", sorted(map(str, data)), str(error)) from None


def _siblings(loc: tuple[int | str, ...]) -> list[str]:
    table: type[BaseModel] = Study
    for part in loc[:-1]:
        annotation = table.model_fields[str(part)].annotation if str(part) in table.model_fields else None
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            table = annotation
    return list(table.model_fields)


def _change(data: dict[str, Any], change: str) -> tuple[str, ...]:
    """Put ``key=value`` into the data; the path of the key."""
    key, sign, value = change.partition("=")
    key = key.strip()
    if not sign or not key:
        raise InputError("--set", change, "key=value, as dose='2e6 cells/kg'")
    path = key.split(".")
    if len(path) == 1 and path[0] not in Study.model_fields:
        for table, fields in (
            ("grid", Grid.model_fields),
            ("product", ProductTable.model_fields),
            ("utility", UtilityTable.model_fields),
            ("verdict", VerdictTable.model_fields),
            ("search", SearchTable.model_fields.keys() - Grid.model_fields.keys()),
        ):
            if path[0] in fields:
                path = [table, path[0]]
    try:
        parsed = _parse(f"x = {value}", "--set", change)["x"]
    except InputError:
        parsed = value.strip()
    target = data
    for part in path[:-1]:
        target = target.setdefault(part, {})
        if not isinstance(target, dict):
            raise InputError("--set", change, f"a key inside a table; '{part}' is not one")
    if path[0] == "grid" and path[-1] in ("dose", "infusions", "interval", "route") and not isinstance(parsed, list):
        parsed = [parsed]
    target[path[-1]] = parsed
    return tuple(path)
