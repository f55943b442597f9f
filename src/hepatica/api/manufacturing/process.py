"""Request and answer of the process of a product: state of a counted cell after each step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hepatica.api.base import Answer, Number, Request, Row, rows
from hepatica.errors import InputError
from hepatica.study_fields import ProductTable
from hepatica.therapy import Product
from hepatica.therapy.process import Chain, findings, run_chain


class ProcessResult(NamedTuple):
    """Chain of a product file.

    Attributes
    ----------
    table : ProductTable
        The file.
    product : Product
        At the end.
    chain : Chain
    alternatives : dict of str to Product
        The product under each finding on thaw; empty where nothing is thawed.
    """

    table: ProductTable
    product: Product
    chain: Chain
    alternatives: dict[str, Product]


class ProcessAnswer(Answer):
    """Process of a product.

    Attributes
    ----------
    text : list of str
        The answer in sentences, in the language that was asked for; empty from Python.
    steps : list of rows
        One per step and attribute: typical size and 90 % interval over what is not known of the laws.
    laws : list of rows
        One per step and law: size, grade and source.
    product : Row
        What simulations take: the product at the end of the steps.
    alternatives : list of rows
        The same under each of the conflicting findings on thaw.
    recovered, doublings, culture_days : list of float
        Typical size, and 90 % interval: cells counted of those at harvest; from isolation to harvest.
    senescent : bool
        The passage is at or beyond that at which cultures of the source stop dividing.
    """

    text: list[str] = []
    steps: list[Row]
    laws: list[Row]
    product: Row
    alternatives: list[Row]
    recovered: list[Number]
    doublings: list[Number]
    culture_days: list[Number]
    senescent: bool

    @classmethod
    def of(cls, result: ProcessResult, *, text: Sequence[str] = ()) -> ProcessAnswer:
        """Answer of a chain."""
        chain = result.chain
        steps = [
            {"step": k, "kind": r.step.kind, "attribute": name, **amount._asdict()}
            for k, r in enumerate(chain.results, 1)
            for name, amount in r.after.items()
        ]
        used = [
            {"step": k, "kind": r.step.kind, "law": law.name, "label": law.label["en"], "value": law.value,
             "prior": law.prior.describe(), "grade": law.grade, "source": law.source}
            for k, r in enumerate(chain.results, 1)
            for law in r.laws
        ]  # fmt: skip
        return cls(
            text=list(text),
            steps=rows(steps),
            laws=rows(used),
            product=rows([_plain(result.product)])[0],
            alternatives=rows([{"finding": name} | _plain(p) for name, p in result.alternatives.items()]),
            recovered=list(chain.recovered),
            doublings=list(chain.doublings),
            culture_days=list(chain.culture_days),
            senescent=chain.senescent,
        )


def _plain(product: Product) -> dict[str, object]:
    own = product.fields()
    lots = own.pop("lots", None) or {}
    return own | {f"lots_{name}": value for name, value in lots.items()}


class ProcessRequest(Request):
    """Product whose process is followed.

    Attributes
    ----------
    product : ProductTable
        With steps.
    """

    product: ProductTable

    def compute(self) -> ProcessResult:
        """Follow the process.

        Raises
        ------
        InputError
            If the product has no steps.
        """
        table = self.product
        if not table.step:
            raise InputError(
                "product.step", "no steps", "a product file with [[step]] tables, such as kind = 'harvest'"
            )
        own = {"diameter": table.diameter, "passage": table.passage}
        return ProcessResult(
            table,
            table.product(),
            run_chain(table.source, table.step, **own),
            {f.value: table.model_copy(update={"step": s}).product() for f, s in findings(table.step)},
        )

    def run(self) -> ProcessAnswer:
        """Follow the process and give the answer; see `compute`."""
        return ProcessAnswer.of(self.compute())


REQUESTS, ANSWERS = {"process": ProcessRequest}, {"process": ProcessAnswer}
