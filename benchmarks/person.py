"""Time and memory of the forecast of one person: library, first forecast, one more lab, a visit, and particles.

    python benchmarks/person.py [--library 8000] [--kind acute_on_chronic] [--repeat 3] [--fresh] [--refine]

Printed are seconds of processor, which other work on the machine does not move, and of the clock beside them; the best
of some repeats. With --fresh the library is simulated anew in a cache that is thrown away, otherwise it is read from
the cache of the user. For research use.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from hepatica.engine import shipped_system  # noqa: E402
from hepatica.individual.library import store  # noqa: E402
from hepatica.individual.library.proposals import Kind  # noqa: E402
from hepatica.individual.person import Cause, Measurement, Person  # noqa: E402
from hepatica.individual.prediction.person_forecast import forecast_person  # noqa: E402
from hepatica.individual.prediction.result import PersonSettings  # noqa: E402
from hepatica.study import draws_of  # noqa: E402

ADMISSION = {"bilirubin": 18.7, "inr": 2.3, "creatinine": 1.02, "alt": 410.0, "albumin": 29.0, "sodium": 134.0}


def labs(day: float, **values: float) -> tuple[Measurement, ...]:
    """Labs of one day."""
    return tuple(Measurement(day=day, name=name, value=value) for name, value in values.items())


FIRST = Person(age=54.0, weight=71.0, causes=(Cause.HEPATITIS_B,), measurements=labs(0.0, **ADMISSION))
MORE = replace(FIRST, measurements=FIRST.measurements + labs(3.0, bilirubin=16.7, inr=2.1))
VISIT = replace(MORE, measurements=MORE.measurements + labs(9.0, bilirubin=14.0, inr=1.9, creatinine=1.08))


def timed(name: str, work: Callable[[], object], repeat: int = 1) -> None:
    """Print the least seconds of processor and of the clock of some work."""
    spent = []
    for _ in range(repeat):
        began, clock = time.process_time(), time.perf_counter()
        work()
        spent.append((time.process_time() - began, time.perf_counter() - clock))
    processor, elapsed = (min(column) for column in zip(*spent, strict=True))
    print(f"{name:44s} {processor:8.2f} {elapsed:8.2f}", flush=True)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=int, default=8000)
    parser.add_argument("--kind", choices=[k.value for k in Kind], default=Kind.ACUTE_ON_CHRONIC.value)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--refine", action="store_true")
    options = parser.parse_args()
    system = shipped_system()
    settings = PersonSettings(library=options.library, kind=Kind(options.kind))
    print(f"{'seconds of':44s} {'processor':>8s} {'clock':>8s}")
    if options.fresh:
        os.environ["HEPATICA_CACHE"] = tempfile.mkdtemp()
    library = store.Library(system=system, kind=Kind(options.kind), known=draws_of("learnt"))
    timed("library, simulated" if options.fresh else "library, read", lambda: library.candidates(options.library))

    def forecast(person: Person, **change: bool) -> Callable[[], object]:
        return lambda: forecast_person(person, replace(settings, **change), system=system)

    timed("first forecast", forecast(FIRST), options.repeat)
    timed("with labs of day 3", forecast(MORE), options.repeat)
    timed("at a visit on day 9", forecast(VISIT), options.repeat)
    if options.refine:
        timed("with particles", forecast(MORE, refine=True))
    print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB, model {system.model.hash}")


if __name__ == "__main__":
    main()
