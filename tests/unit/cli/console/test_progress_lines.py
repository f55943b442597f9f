"""Lines of progress: none of short work, one every so often of long, also where a stage reports nothing."""

import threading

import pytest

from hepatica.cli.console.progress_lines import FIRST, LONGEST, ProgressLines


def test_short_work_writes_nothing():
    written = []
    with ProgressLines(lambda *state: written.append(state)) as lines:
        lines.update("solve", 1, 2)
    assert written == [] and not lines.thread.is_alive()


def test_a_stage_that_reports_nothing_is_written_again_and_again():
    written, enough = [], threading.Event()

    def write(*state):
        written.append(state)
        if len(written) >= 3:
            enough.set()

    with ProgressLines(write, first=0.01, longest=0.02) as lines:
        lines.update("solve", 1, 2)
        assert enough.wait(5)
    assert {state[:3] for state in written} == {("solve", 1, 2)}
    seconds = [state[3] for state in written]
    assert seconds == sorted(seconds) and seconds[0] >= 0.01


def test_lines_stop_when_work_fails():
    written = []
    with pytest.raises(ValueError, match="broken"), ProgressLines(lambda *s: written.append(s), first=0.01) as lines:
        raise ValueError("broken")
    assert not lines.thread.is_alive()
    assert 0 < FIRST < LONGEST
