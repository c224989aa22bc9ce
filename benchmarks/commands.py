"""Times of whole processes, warm, beside a peer process of the same run.

Run: `python benchmarks/commands.py`. Each row is the median of several runs of a fresh process; the ratio is to
`import pandas`, a process that loads one well-known library and does nothing.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time

RUNS = 7
ROUTE = ("-m", "caspia", "route", "KZALA", "DEDUI")


def seconds(arguments: tuple[str, ...], runs: int = RUNS) -> float:
    """Median wall time of a process."""
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run((sys.executable, *arguments), check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def main() -> None:
    """Print the table."""
    peer = seconds(("-c", "import pandas"))
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            ("import caspia", seconds(("-c", "import caspia")), 0.5),
            ("caspia route KZALA DEDUI", seconds(ROUTE), 1.5),
            ("caspia route … --alternatives 5 --json", seconds((*ROUTE, "--alternatives", "5", "--json")), 1.5),
            ("caspia secure uranium", seconds(("-m", "caspia", "secure", "uranium"), runs=3), 5.0),
            ("caspia study", seconds(("-m", "caspia", "study", "--out", folder), runs=1), 20.0),
        ]
    print(f"{'process, warm':42} {'median s':>9} {'aim s':>7} {'x import pandas':>16}")
    print(f"{'import pandas (peer)':42} {peer:9.2f} {'':>7} {1.0:16.2f}")
    for name, value, aim in rows:
        print(f"{name:42} {value:9.2f} {aim:7.1f} {value / peer:16.2f}")


if __name__ == "__main__":
    main()
