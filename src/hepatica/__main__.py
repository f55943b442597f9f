"""Entry point of the command line: loads only what the command needs; Ctrl-C ends it silently at any time."""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130  # exit status after Ctrl-C, as shells have it
LOADER = "<frozen importlib"  # where the frames of a running import come from


def main() -> None:
    """Load the command line and run it; Ctrl-C gives exit status 130 and no traceback."""
    try:
        _stop_silently_while_loading()
        import gc

        gc.disable()  # nothing is worth collecting while modules load; `make_system` enables it
        from hepatica.cli import main as run

        status = run()
    except KeyboardInterrupt:
        status = INTERRUPTED
    if status == INTERRUPTED:
        os._exit(INTERRUPTED)  # threads that still compute, or a second Ctrl-C, have nothing more to say
    sys.exit(status)


def _stop_silently_while_loading() -> None:
    """Make Ctrl-C within an import end the process, for an extension may turn it into another error."""
    import signal
    from types import FrameType

    def interrupt(number: int, frame: FrameType | None) -> None:
        while frame is not None:
            if frame.f_code.co_filename.startswith(LOADER):
                os._exit(INTERRUPTED)
            frame = frame.f_back
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)


if __name__ == "__main__":
    main()
