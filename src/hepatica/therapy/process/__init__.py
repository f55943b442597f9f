"""Process chain of a cell product: steps from donor to needle, and what each does to a counted cell.

In reading order: `laws` (their table, with sources and priors), `hold` (loss of viability by hours, temperature and
vehicle), `steps` (tables of a product file), `state` and `transitions` (what a step does), `chain` (state after each
step, and the product at its end).
"""

from hepatica.therapy.process.chain import Chain, StepResult, findings, make_product, run_chain
from hepatica.therapy.process.steps import STEP_SCHEMA, STEPS, Pooling, Step, read_steps

__all__ = [
    "STEPS",
    "STEP_SCHEMA",
    "Chain",
    "Pooling",
    "Step",
    "StepResult",
    "findings",
    "make_product",
    "read_steps",
    "run_chain",
]
