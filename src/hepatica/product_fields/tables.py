"""Fields of a cell product in a file: its attributes, its lots, and the steps by which it is made."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    Strict,
    WithJsonSchema,
    model_serializer,
    model_validator,
)

from hepatica import therapy
from hepatica.errors import InputError
from hepatica.json_schema import bound_keys, describe_keys, one_of

Integer = Annotated[int, Strict()]  # true is no number, 4.5 no count
Number = Annotated[float, Strict()]
Flag = Annotated[bool, Strict()]
SourceName = Annotated[str, Field(json_schema_extra=one_of(therapy.SOURCES))]


class Table(BaseModel):
    """Table of a study file, in which an unknown key is an error."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, json_schema_extra=describe_keys
    )


def _of_product(schema: dict[str, Any], kind: type) -> None:
    """Texts and bounds of the keys of a product and of its lots, which stand with `therapy`."""
    described, bounds = (
        (therapy.LotVariation, therapy.lots.BOUNDS) if kind is LotsTable else (therapy.Product, therapy.product.BOUNDS)
    )
    describe_keys(schema, described)
    bound_keys(schema, {name: (low, high) for name, (low, high, _) in bounds.items()})


class LotsTable(Table):
    """[product.lots]: how lots differ from the product, and what assays leave unknown; the rest is that of its source.

    Spreads of potency and tissue factor are standard deviations of logarithms, those of viability of the living share.
    """

    model_config = ConfigDict(json_schema_extra=_of_product)

    donors: Integer = Field(default=1, ge=1, le=therapy.lots.MAX_DONORS, description="donors that a lot pools")
    potency_sd: Number | None = Field(default=None, description="between lots of one donor each")
    potency_df: Number | None = Field(default=None, description="degrees of freedom behind potency_sd")
    donor_share: Number | None = Field(default=None, description="share of that variance that lies between donors")
    viability_sd: Number | None = None
    tissue_factor_sd: Number | None = None
    potency_error: Number = Field(default=0.0, description="standard error of what is known of the potency")
    viability_error: Number = 0.0
    tissue_factor_error: Number = 0.0
    delivered_sd: Number = Field(default=0.0, description="of the logarithm of what arrives of the cells ordered")
    delivered_error: Number = 0.0

    @model_serializer(mode="wrap")
    def _as_before(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without what arrives where it does not vary, so that lots without it keep their hash."""
        return {name: v for name, v in handler(self).items() if v or not name.startswith("delivered")}

    def variation(self, source: str) -> therapy.LotVariation:
        """Variation of lots of a product of this source."""
        known = therapy.LotVariation.of_source(source)
        own = {name: value for name, value in self.model_dump().items() if value is not None}
        return replace(known, **own, source="stated" if self.potency_sd is not None else known.source)


Steps = Annotated[
    tuple[therapy.process.Step, ...],
    BeforeValidator(therapy.process.read_steps),
    PlainSerializer(lambda steps: [step.table() for step in steps]),
    WithJsonSchema({"type": "array", "items": therapy.process.STEP_SCHEMA}),
]
BY_STEPS = ("viability", "thawed", "delivered")
"""Keys of a product that its steps decide."""


class ProductTable(Table):
    """[product]: the cell product, or the steps by which it is made."""

    model_config = ConfigDict(json_schema_extra=_of_product)
    source: SourceName = "bone_marrow"
    donor: Annotated[str, Field(json_schema_extra=one_of(therapy.product.DONORS))] = "allogeneic"
    passage: Integer = 4
    thawed: Flag = False
    viability: Number = 0.9
    potency: Number = 1.0
    tissue_factor: Number | None = None
    cxcr4: Number = 1.0
    cmet: Number = 1.0
    targeting: Number = 1.0
    carrier: Number = 1.0
    diameter: Number = 18.5
    priming: Number = 0.0
    tracer: Annotated[str, Field(json_schema_extra=one_of(("", *therapy.product.TRACERS)))] = ""
    delivered: Number = Field(default=1.0, description="cells that arrive of each one ordered")
    lots: LotsTable | None = None
    step: Steps = Field(default=(), description="steps by which the product is made, in their order")

    @model_validator(mode="after")
    def _makes_a_product(self) -> ProductTable:
        self.product()
        return self

    @model_serializer(mode="wrap")
    def _as_before(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without lots, steps and loss where none are stated, so that a study without them keeps its hash."""
        unstated = {"lots": self.lots is None, "step": not self.step, "delivered": self.delivered == 1.0 or self.step}
        unstated |= dict.fromkeys(self._by_steps(), True)
        return {name: value for name, value in handler(self).items() if not unstated.get(name, False)}

    def _by_steps(self) -> tuple[str, ...]:
        """Keys that the steps decide."""
        kinds = {step.kind for step in self.step}
        named = {"culture": "passage", "priming": "priming"}
        return (*BY_STEPS, *(key for kind, key in named.items() if kind in kinds)) if self.step else ()

    def product(self) -> therapy.Product:
        """Cell product of every arm; with steps, their product, whose lots differ as those of its source."""
        fields = [name for name in ProductTable.model_fields if name not in ("lots", "step")]
        own = {name: getattr(self, name) for name in fields}
        if not self.step:
            return therapy.Product(**own, lots=None if self.lots is None else self.lots.variation(self.source))
        for name in self._by_steps():
            if name in self.model_fields_set:
                raise InputError(f"product.{name}", own[name], "either this key or the steps that decide it")
        pooled = next((s.donors for s in self.step if isinstance(s, therapy.process.Pooling)), None)
        lots = self.lots or LotsTable()
        if pooled is not None and "donors" in lots.model_fields_set and lots.donors != pooled:
            raise InputError("product.lots.donors", lots.donors, f"the {pooled} donors of the step of pooling")
        lots = lots if pooled is None else lots.model_copy(update={"donors": pooled})
        basis = therapy.Product(**{name: own[name] for name in fields if name not in self._by_steps()})
        return therapy.process.make_product(basis, self.step, lots.variation(self.source))
