"""Designs of assays: completely randomised, randomised blocks, Latin square, cross-over; their layouts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from hepatica.errors import InputError
from hepatica.manufacturing.assay.models.regression import indicators

Floats = NDArray[np.float64]
Groups = NDArray[np.int64]
STANDARD = 0
"""Number of the standard among the samples of a layout."""


class Design(Enum):
    """Design by which responses were randomised."""

    COMPLETELY_RANDOMISED = "completely randomised"
    RANDOMISED_BLOCKS = "randomised blocks"
    LATIN_SQUARE = "Latin square"
    CROSS_OVER = "cross-over"


@dataclass(frozen=True)
class Layout:
    """Samples, doses and blocks of the responses of an assay.

    Attributes
    ----------
    sample : ndarray
        (responses,), numbered from 0, the standard first.
    dose : ndarray
        (responses,), in one unit.
    blocks : tuple of ndarray
        None for a completely randomised design, one numbering (responses,) for randomised blocks, two (rows, columns)
        for a Latin square, two (subjects, periods) for a cross-over.
    is_cross_over : bool
        True where the blocks are subjects that receive several doses in turn, and periods.

    Raises
    ------
    InputError
        If there is no second sample, lengths differ, or a dose is negative or not finite.

    Examples
    --------
    >>> layout = Layout(np.array([0, 0, 1, 1]), np.array([1.0, 2.0, 1.0, 2.0]))
    >>> layout.design.value, layout.samples, layout.cell.tolist()
    ('completely randomised', 2, [0, 1, 2, 3])
    """

    sample: Groups
    dose: Floats
    blocks: tuple[Groups, ...] = field(default=())
    is_cross_over: bool = False

    def __post_init__(self) -> None:
        """Check samples, doses and blocks."""
        if len(self.sample) == 0 or set(np.unique(self.sample)) != set(range(int(np.max(self.sample)) + 1)):
            raise InputError("sample", sorted(set(self.sample.tolist())), "samples numbered from 0, the standard first")
        if self.samples < 2:
            raise InputError("sample", "one sample", "a standard and at least one sample to compare with it")
        if any(len(x) != len(self.sample) for x in (self.dose, *self.blocks)) or len(self.blocks) > 2:
            raise InputError("blocks", len(self.blocks), "at most two, each as long as the samples and the doses")
        if self.is_cross_over and len(self.blocks) != 2:
            raise InputError("blocks", len(self.blocks), "subjects and periods, for a cross-over")
        if not (np.isfinite(self.dose).all() and (self.dose >= 0).all()):
            raise InputError("dose", float(self.dose[~(self.dose >= 0)][0]), "finite doses, none negative")

    @property
    def samples(self) -> int:
        """Number of samples, the standard among them."""
        return int(self.sample.max()) + 1

    @property
    def design(self) -> Design:
        """Design, by the number of blockings."""
        return Design.CROSS_OVER if self.is_cross_over else tuple(Design)[len(self.blocks)]

    @property
    def cell(self) -> Groups:
        """Number of the sample and dose of each response, (responses,); all doses of zero are one cell."""
        pairs = np.column_stack([np.where(self.dose > 0, self.sample, -1), self.dose])
        return np.asarray(np.unique(pairs, axis=0, return_inverse=True)[1].ravel(), np.int64)

    def block_columns(self) -> Floats:
        """Columns of the blocks, without the mean, (responses, columns)."""
        made = [indicators(b)[:, 1:] - indicators(b)[:, :1] for b in self.blocks]
        return np.hstack(made) if made else np.empty((len(self.sample), 0))

    def block_terms(self) -> dict[str, Floats]:
        """Columns of each blocking by its name in an analysis of variance."""
        two = ("subjects", "periods") if self.is_cross_over else ("rows", "columns")
        names = ("blocks",) if len(self.blocks) == 1 else two
        return {name: indicators(b) for name, b in zip(names, self.blocks, strict=False)}

    def key(self) -> bytes:
        """Bytes that are equal for equal layouts."""
        kind = b"cross-over" if self.is_cross_over else b""
        return b"|".join((kind, *(a.tobytes() for a in (self.sample, self.dose, *self.blocks))))
