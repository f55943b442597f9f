"""Progress as lines of text, for logs and pipes: the stage that runs, what is done of it, and the time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

FIRST, LONGEST = 10.0, 60.0  # s until the first line, and between two lines at the most
PACE = 6.0  # lines come apart as the time so far over this


class ProgressLines:
    """Printer of a line every so often while work goes on, also through stages that report nothing.

    A command that takes less than `FIRST` prints none; later ones come `FIRST` to `LONGEST` apart.

    Parameters
    ----------
    write : callable
        Takes the stage (None before the first), the units done, the units in all, and the seconds so far.
    first, longest : float, s
        Time until the first line, and between two lines at the most.
    """

    def __init__(
        self,
        write: Callable[[str | None, int, int, float], object],
        *,
        first: float = FIRST,
        longest: float = LONGEST,
    ) -> None:
        self.write, self.first, self.longest = write, first, longest
        self.state: tuple[str | None, int, int] = (None, 0, 0)
        self.ended = threading.Event()
        self.began = time.monotonic()
        self.thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def update(self, stage: str, done: int, total: int) -> None:
        """Take a report of progress."""
        self.state = (stage, done, total)

    def __enter__(self) -> Self:
        """Start the clock."""
        self.began = time.monotonic()
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the lines, also where the work failed."""
        self.ended.set()
        self.thread.join()

    def _run(self) -> None:
        wait = self.first
        while not self.ended.wait(wait):
            seconds = time.monotonic() - self.began
            self.write(*self.state, seconds)
            wait = min(max(self.first, seconds / PACE), self.longest)
