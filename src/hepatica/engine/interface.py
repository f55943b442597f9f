"""Interface of the C kernel, declared once: status codes, kinds of event, and the batch of arrays that it takes.

The C header is generated from these declarations, so that the two sides cannot differ.
"""

from __future__ import annotations

import ctypes
from enum import IntEnum

MAX_CROSSINGS = 8  # crossings of one threshold event in one solve


class EventKind(IntEnum):
    """Kind of a dose event: an amount at once, or a change of the rate of an infusion per day."""

    BOLUS = 0
    RATE = 1


class Status(IntEnum):
    """Outcome of one patient's solve."""

    SOLVED = 0
    TOO_MANY_STEPS = 1
    STEP_TOO_SMALL = 2
    NOT_FINITE_AT_START = 3

    @property
    def label(self) -> str:
        """Outcome in words."""
        return _LABELS[self]


_LABELS = {
    Status.SOLVED: "solved",
    Status.TOO_MANY_STEPS: "too many steps",
    Status.STEP_TOO_SMALL: "step size fell to nothing",
    Status.NOT_FINITE_AT_START: "a value was not finite at the start",
}

_INT, _DOUBLE = ctypes.c_int64, ctypes.c_double
FIELDS: tuple[tuple[str, type, str], ...] = (  # name, type of a number or of a pointer, C declaration
    *((name, _INT, "int64_t {}") for name in ("n", "n_times", "n_out", "max_steps", "frozen")),
    *(
        (name, ctypes.c_void_p, "const double *{}")
        for name in ("parameters", "initial", "times", "scale", "thresholds", "event_time", "event_amount")
    ),
    *(
        (name, ctypes.c_void_p, "const int64_t *{}")
        for name in ("event_offset", "event_state", "event_kind", "out_index")
    ),
    # states and quantities that the outputs are made from
    *((name, ctypes.c_void_p, "const unsigned char *{}") for name in ("want_state", "want_quantity")),
    *((name, _DOUBLE, "double {}") for name in ("start", "rtol")),
    *((name, ctypes.c_void_p, "double *{}") for name in ("values", "final", "crossings")),
    *((name, ctypes.c_void_p, "int64_t *{}") for name in ("status", "steps", "rejected", "claimed", "finished")),
)


class Batch(ctypes.Structure):
    """Arguments of one call of the kernel."""

    _fields_ = [(name, kind) for name, kind, _ in FIELDS]


def c_header() -> str:
    """C header with the same codes and the same struct.

    Examples
    --------
    >>> print(c_header().splitlines()[3])
    enum { EVENT_BOLUS = 0, EVENT_RATE = 1 };
    """
    lines = [
        "/* generated from engine/interface.py */",
        "#include <stdint.h>",
        f"enum {{ CROSSINGS = {MAX_CROSSINGS} }};",
        _enum("EVENT", EventKind),
        _enum("STATUS", Status),
        "typedef struct {",
        *(f"  {declaration.format(name)};" for name, _, declaration in FIELDS),
        "} Batch;",
    ]
    return "\n".join(lines) + "\n"


def _enum(prefix: str, kind: type[IntEnum]) -> str:
    return f"enum {{ {', '.join(f'{prefix}_{member.name} = {member.value}' for member in kind)} }};"
