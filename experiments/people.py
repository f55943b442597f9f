"""Hepatica's forecasts of real people without cells, beside the last value, a regression, a mixed model, and MELD.

    python experiments/people.py --data FILE [--train FILE] [--pool 12000] [--kinds acute] [--posterior learnt]
        [--seed 1] [--json]

FILE is a CSV file in the layout of `hepatica.individual.readers.cohort_file`, one row per person and day. It is read
by path and nothing of any person is printed or kept. Without --train, how far the model is off is learnt by five folds
within the file; with it, from the other file, and FILE is forecast blind. For research use.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "2")

from hepatica.engine import System  # noqa: E402
from hepatica.errors import HepaticaError  # noqa: E402
from hepatica.individual.forecast import KINDS, POOL, ForecastSettings, validate_people  # noqa: E402
from hepatica.model.assemble import assemble  # noqa: E402
from hepatica.model.modules import MODULES  # noqa: E402
from hepatica.study import draws_of  # noqa: E402


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--train")
    parser.add_argument("--pool", type=int, default=POOL)
    parser.add_argument("--kinds", choices=KINDS, default=KINDS[0])
    parser.add_argument("--posterior", default="learnt", help="learnt, prior, or a file of draws")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    began = time.perf_counter()
    try:
        validation = validate_people(
            options.data,
            System(assemble(MODULES)),
            train=options.train,
            known=draws_of(options.posterior),
            settings=ForecastSettings(pool=options.pool, kinds=options.kinds, seed=options.seed),
        )
    except HepaticaError as error:
        sys.exit(str(error))
    seconds = time.perf_counter() - began
    print(
        json.dumps(validation.to_dict() | {"seconds": seconds})
        if options.json
        else f"{validation.text()}\n{seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
