"""Start the command line, quickly: nothing is worth collecting while modules load."""

import gc


def main() -> None:
    """Load the command line and run it."""
    gc.disable()
    from hepatica.cli import main as run

    gc.freeze()
    gc.enable()
    run()


if __name__ == "__main__":
    main()
