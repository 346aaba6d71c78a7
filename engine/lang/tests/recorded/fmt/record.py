#!/usr/bin/env python3
"""Records anew what `terraform fmt` makes of the cases beside this file: engine/lang/tests/recorded/fmt/record.py [FILE…]

A new case needs its "=== name" and its text only. `generated.txt` is written as a whole: texts of `generate.py`.
"""

import pathlib
import shutil
import sys

from cases import HERE, REFUSED, Case, answers, read, write
from generate import text

# Seeds of `generated.txt`: those that Terraform accepts and that are not too long to be read.
SEEDS = range(220)
LONGEST = 24
GENERATED = "generated.txt"


def generated():
    """Returns cases with random texts."""
    texts = {seed: text(seed) for seed in SEEDS}
    kept = {seed: text for seed, text in texts.items() if 2 < text.count("\n") <= LONGEST}
    found = zip(kept.items(), answers(list(kept.values())))
    return [Case(f"seed {seed}", text, *answer) for (seed, text), answer in found if answer[0] is not REFUSED]


def main():
    if not shutil.which("terraform"):
        sys.exit("terraform is not on the PATH")
    chosen = [pathlib.Path(name) for name in sys.argv[1:]] or sorted(HERE.glob("*.txt")) + [HERE / GENERATED]
    for path in dict.fromkeys(chosen):
        if path.name == GENERATED:
            cases = generated()
        else:
            cases = read(path)
            recorded = answers([case.text for case in cases], [case.name for case in cases])
            for case, (case.first, case.second) in zip(cases, recorded):
                pass
        write(path, cases)
        print(f"{path.name}: {len(cases)} cases, {sum(case.first is REFUSED for case in cases)} refused")


if __name__ == "__main__":
    main()
