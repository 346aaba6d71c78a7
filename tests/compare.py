#!/usr/bin/env python3
"""Runs cases through wpinfra and compares with what Terraform answered when the cases were recorded.

    tests/compare.py [CASE…] --wpinfra target/release/wpinfra [-j 4] [--json]

Cases in tests/cases/known.json are known to differ, each for the reason given there: their differences are not failures, but
one that agrees is, so that the list does not outlive its reasons.

Without cases it runs all under tests/cases and tests/variants. Every worker has a local AWS of its own, emptied between cases. Exit code 0
if all agree, 1 if something differs, 2 if it could not be run. `--json` prints one object: {"cases": [{"case", "ok",
"differences": [text]}], "passed": n, "failed": n}.
"""

import argparse
import json
import pathlib
import shutil
import sys

from answers.case import Case, Failed, observe
from answers.cloud import Cloud
from answers.differences import compare_steps
from answers.workers import each, find_cases

ROOT = pathlib.Path(__file__).resolve().parent.parent
KNOWN = ROOT / "tests/cases/known.json"


def compare(folder: pathlib.Path, binary: str, cloud: Cloud, timeout_s: float) -> list[str]:
    """Returns the differences between the program's answers and the recorded ones."""
    case = Case.read(folder)
    recorded = [folder / f"expected/step{n}.json" for n in range(1, len(case.overlays) + 2)]
    missing = [path.name for path in recorded if not path.exists()]
    if missing:
        return [f"no recorded answers ({', '.join(missing)}): run tests/record.py {folder} where there is a terraform"]
    want = [json.loads(path.read_text(encoding="utf-8")) for path in recorded]
    try:
        got = observe(case, binary, cloud, timeout_s)
    except Failed as problem:
        return [str(problem)]
    except (json.JSONDecodeError, KeyError, TypeError) as problem:
        return [f"the program's JSON cannot be read: {type(problem).__name__}: {problem}"]
    return compare_steps(want, got, case.ignore)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", type=pathlib.Path)
    parser.add_argument("--wpinfra", default="target/release/wpinfra", help="the program to run")
    parser.add_argument("-j", "--jobs", type=int, default=4)
    parser.add_argument("--timeout-s", type=float, default=300, help="how long one command of the program may take")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("-v", "--verbose", action="store_true", help="all differences of a case instead of the first 20")
    options = parser.parse_args()
    binary = shutil.which(options.wpinfra)
    if not binary:
        print(f"{options.wpinfra}: no such program", file=sys.stderr)
        return 2
    binary = str(pathlib.Path(binary).resolve()) if "/" in options.wpinfra else binary
    cases = find_cases(options.cases)
    known = json.loads(KNOWN.read_text(encoding="utf-8"))
    results = []
    for folder, differences in each(cases, options.jobs, lambda case, cloud: compare(case, binary, cloud, options.timeout_s)):
        reason = known.get(str(folder.resolve().relative_to(ROOT)))
        if reason and not differences:
            differences = ["agrees with Terraform now: take it off tests/cases/known.json"]
        elif reason:
            results.append({"case": str(folder), "ok": True, "known": reason, "differences": differences})
            if not options.json:
                print(f"known  {folder}: {reason}", flush=True)
            continue
        results.append({"case": str(folder), "ok": not differences, "differences": differences})
        if options.json:
            continue
        print(f"{'FAILED' if differences else 'ok    '} {folder}")
        shown = differences if options.verbose else differences[:20]
        for line in shown:
            print("  - " + line.replace("\n", "\n    "))
        if len(shown) < len(differences):
            print(f"    … and {len(differences) - len(shown)} more (-v shows all)")
        sys.stdout.flush()
    failed = sum(not r["ok"] for r in results)
    if options.json:
        summary = {"cases": sorted(results, key=lambda r: r["case"]), "passed": len(results) - failed, "failed": failed}
        print(json.dumps(summary, indent=1, ensure_ascii=False))
    else:
        print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
