"""Base of requests and answers: strict types, JSON without NaN, errors in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from hepatica import __version__
from hepatica.errors import InputError

if TYPE_CHECKING:
    from hepatica.engine import System
    from hepatica.study import Study

Scalar = str | bool | int | float | None
Row = dict[str, Scalar]


def _finite(value: Any) -> Any:
    """Value as JSON has it: NaN and infinities become null, NumPy's scalars become Python's."""
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not abs(value) < float("inf") else value


def rows(frame: Any) -> list[Row]:
    """Rows of a DataFrame, or of a sequence of mappings, with NaN as null.

    Parameters
    ----------
    frame : DataFrame or sequence of mapping
        One mapping a row.

    Examples
    --------
    >>> rows([{"n": 2, "mean": float("nan")}])
    [{'n': 2, 'mean': None}]
    """
    records = frame.to_dict(orient="records") if hasattr(frame, "to_dict") else frame
    return [{str(key): _finite(value) for key, value in record.items()} for record in records]


Number = Annotated[float | None, BeforeValidator(_finite)]
"""A number; null where it is not finite."""


class Strict(BaseModel):
    """Frozen model that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="null", protected_namespaces=())


class Request(Strict):
    """Request of a command."""

    @classmethod
    def check(cls, data: Mapping[str, Any]) -> Self:
        """Request from untyped data, such as JSON from a browser.

        Raises
        ------
        InputError
            If a key is unknown, missing or of the wrong type.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "request"
            raise InputError(where, first.get("input"), first["msg"][:1].lower() + first["msg"][1:]) from error


class Answer(Strict):
    """Answer of a command; ``--json`` prints it."""

    purpose: Literal["for research use"] = "for research use"


class RunInfo(Strict):
    """Provenance of a run: all that is needed to repeat it."""

    study_hash: str
    model_hash: str
    seed: int
    version: str
    engine: str

    @classmethod
    def of(cls, study: Study, system: System) -> RunInfo:
        """Provenance of the answer to a study by a system."""
        return cls(
            study_hash=study.hash,
            model_hash=system.model.hash,
            seed=study.seed,
            version=__version__,
            engine=system.engine,
        )
