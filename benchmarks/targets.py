"""Times targets of the Makefile and writes benchmarks/results/targets_NAME.json.

For example ``python -m benchmarks.targets --old test test-slow`` in a fresh clone; ``--old`` makes
a new processor choose the instructions of one with AVX2 only. Nothing else should run meanwhile.
"""

import os

from benchmarks.shared import keep, options, timed
from benchmarks.speed_page import write_page


def main() -> None:
    """Time the targets, then write JSON and page."""
    parser = options(__doc__, "name", "old")
    parser.add_argument("targets", nargs="+")
    given = parser.parse_args()
    found = [{"target": name} | timed(["make", name], old=given.old) for name in given.targets]
    keep("targets", given, {"cores": os.cpu_count(), "targets": found})
    write_page()


if __name__ == "__main__":
    main()
