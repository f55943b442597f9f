"""Steps of a process: the ``[[step]]`` tables of a product file, in the order in which they are done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, Strict, ValidationError

from hepatica.errors import InputError
from hepatica.therapy.lots import MAX_DONORS
from hepatica.therapy.process.hold import hold_rate, vehicles

Number = Annotated[float, Strict()]
Integer = Annotated[int, Strict()]
MAX_STEPS = 40
MAX_HOURS = 24.0 * 366


class Finding(StrEnum):
    """Conflicting findings on thawed cells, both kept.

    ``impaired``: function falls and is whole again after 24 h of culture (Francois 2012, Cytotherapy 14:147; Antebi
    2019). ``unchanged``: no difference in IDO or suppression (Gramlich 2016, Sci Rep 6:26463).
    """

    IMPAIRED = "impaired"
    UNCHANGED = "unchanged"


class Device(StrEnum):
    """Device through which cells leave for the patient."""

    NEEDLE = "needle"
    CATHETER = "catheter"


class Step(BaseModel):
    """Step of a process; each subclass is one kind.

    Attributes
    ----------
    kind : str
        Name of the kind in a product file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: ClassVar[str]

    def table(self) -> dict[str, Any]:
        """The step as a product file holds it."""
        return {"kind": self.kind, **self.model_dump(mode="json", exclude_none=True)}


class Pooling(Step):
    """Cells of several donors mixed in one lot."""

    kind = "pooling"
    donors: Integer = Field(ge=1, le=MAX_DONORS)


class Culture(Step):
    """Growth in culture to a passage, or by a number of doublings from isolation."""

    kind = "culture"
    passage: Integer | None = Field(default=None, ge=1, le=20)
    doublings: Number | None = Field(default=None, gt=0, le=60)


class Priming(Step):
    """Licensing by cytokines before harvest, 0 none to 1 full."""

    kind = "priming"
    degree: Number = Field(default=1.0, ge=0, le=1)


class Harvest(Step):
    """Detachment from culture."""

    kind = "harvest"


class Cryopreservation(Step):
    """Freezing."""

    kind = "cryopreservation"


class Thaw(Step):
    """Thawing, under one of two conflicting findings."""

    kind = "thaw"
    finding: Finding = Finding.IMPAIRED


class Rest(Step):
    """Culture after thaw; from 24 h on the cells are taken as recovered, before that as freshly thawed."""

    kind = "rest"
    hours: Number = Field(ge=0, le=240)


class Wash(Step):
    """Wash, which takes away dead cells and some living ones."""

    kind = "wash"
    times: Integer = Field(default=1, ge=1, le=5)


class Hold(Step):
    """Hold before delivery, by hours, temperature (degrees Celsius) and vehicle."""

    kind = "hold"
    hours: Number = Field(ge=0, le=MAX_HOURS)
    temperature: Number = 24.0
    vehicle: str = Field(default="saline", json_schema_extra={"enum": list(vehicles())})


class Delivery(Step):
    """Passage through the device that leads to the patient."""

    kind = "delivery"
    device: Device = Device.NEEDLE


STEPS: tuple[type[Step], ...] = (
    *(Pooling, Culture, Priming, Harvest, Cryopreservation),
    *(Thaw, Rest, Wash, Hold, Delivery),
)
"""Kinds of steps."""
BY_KIND = {step.kind: step for step in STEPS}
ONCE = (Pooling, Culture, Priming, Cryopreservation, Thaw, Delivery)
ORDER = ("pooling", "culture", "priming", "harvest", "cryopreservation", "thaw", "rest")
"""Kinds that follow one another in this order; washes and holds stand anywhere after harvest."""


def _schema(step: type[Step]) -> dict[str, Any]:
    """JSON schema of one kind, its choices in their places."""
    made = step.model_json_schema()
    choices = {f"#/$defs/{name}": own["enum"] for name, own in made.get("$defs", {}).items()}
    keys: dict[str, Any] = {}
    for name, own in made.get("properties", {}).items():
        chosen = choices.get(own.get("$ref", ""))
        keys[name] = own if chosen is None else {"enum": chosen, "default": own.get("default")}
    return {
        "type": "object",
        "description": step.__doc__,
        "properties": {"kind": {"const": step.kind}, **keys},
        "required": ["kind", *made.get("required", [])],
        "additionalProperties": False,
    }


STEP_SCHEMA = {"anyOf": [_schema(step) for step in STEPS]}
"""JSON schema of a step."""


def read_steps(rows: object) -> tuple[Step, ...]:
    """Steps of a product file, checked one by one and in their order.

    Parameters
    ----------
    rows : list of tables
        Each with its `kind`.

    Raises
    ------
    InputError
        If a step is unknown, a value is out of range, or the order cannot be.

    Examples
    --------
    >>> [s.kind for s in read_steps([{"kind": "harvest"}, {"kind": "hold", "hours": 2}])]
    ['harvest', 'hold']
    >>> read_steps([{"kind": "thaw"}])
    Traceback (most recent call last):
    hepatica.errors.InputError: product.step 1 (thaw): got 'no freezing before it'; a cryopreservation before a thaw
    """
    if not isinstance(rows, Sequence) or isinstance(rows, str) or len(rows) > MAX_STEPS:
        raise InputError("product.step", rows, f"a list of [[step]] tables, {MAX_STEPS} at the most")
    steps = tuple(row if isinstance(row, Step) else _read_step(row, k) for k, row in enumerate(rows, 1))
    _check_order(steps)
    return steps


def _read_step(row: object, k: int) -> Step:
    if not isinstance(row, Mapping) or row.get("kind") not in BY_KIND:
        got = row.get("kind") if isinstance(row, Mapping) else row
        raise InputError(f"product.step {k}, kind", got, f"one of {', '.join(BY_KIND)}")
    kind = BY_KIND[row["kind"]]
    where = f"product.step {k} ({kind.kind})"
    try:
        step = kind(**{name: value for name, value in row.items() if name != "kind"})
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            allowed = f"a known key: {', '.join(kind.model_fields)}" if kind.model_fields else "no key but kind"
            raise InputError(f"{where}, {key}", first["input"], allowed) from None
        got = None if first["type"] == "missing" else first["input"]
        raise InputError(f"{where}, {key}", got, first["msg"]) from None
    if isinstance(step, Culture) and (step.passage is None) == (step.doublings is None):
        raise InputError(where, step.table(), "either passage or doublings")
    if isinstance(step, Hold):
        try:
            hold_rate(step.vehicle, step.temperature)
        except InputError as error:
            raise InputError(f"{where}, {error.where}", error.got, error.allowed) from None
    return step


def _check_order(steps: tuple[Step, ...]) -> None:
    place, seen = 0, set[str]()
    for k, step in enumerate(steps, 1):
        where = f"product.step {k} ({step.kind})"
        if "delivery" in seen:
            raise InputError(where, "a step after delivery", "delivery as the last step")
        if isinstance(step, ONCE) and step.kind in seen:
            raise InputError(where, "a second one", "this step once")
        if step.kind in ORDER:
            if ORDER.index(step.kind) < place:
                raise InputError(where, f"a step after {ORDER[place]}", f"the order {', '.join(ORDER)}")
            place = ORDER.index(step.kind)
        elif "harvest" not in seen:
            raise InputError(where, "no harvest before it", "a harvest before cells are washed, held or given")
        if step.kind == "cryopreservation" and "harvest" not in seen:
            raise InputError(where, "no harvest before it", "a harvest before a cryopreservation")
        if step.kind == "thaw" and "cryopreservation" not in seen:
            raise InputError(where, "no freezing before it", "a cryopreservation before a thaw")
        if step.kind == "rest" and "thaw" not in seen:
            raise InputError(where, "no thaw before it", "a thaw before a rest")
        seen.add(step.kind)
    if "cryopreservation" in seen and "thaw" not in seen:
        raise InputError("product.step", "frozen cells without a thaw", "a thaw after the cryopreservation")
