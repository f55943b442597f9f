"""Progress of long computations: one protocol for engines, calibration, commands and notebooks."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receiver of progress: the stage, the units of work done so far, and the units of work in all."""

    def __call__(self, stage: str, done: int, total: int, /) -> object:
        """Take one report; `done` never falls within a stage and ends at `total`."""


def ignore_progress(stage: str, done: int, total: int, /) -> None:
    """Receiver that discards its reports, for callers that gave none."""


def staged(progress: Progress, stage: str) -> Progress:
    """Receiver that passes reports on under another stage's name.

    Examples
    --------
    >>> staged(print, "admission")("solve", 3, 10)
    admission 3 10
    """

    def report(_: str, done: int, total: int, /) -> None:
        progress(stage, done, total)

    return report
