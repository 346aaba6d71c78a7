#!/usr/bin/env python3
"""Holds wpinfra to what Terraform says of small configurations, accepted and rejected ones.

    tests/language.py [CASE…] --wpinfra target/release/wpinfra [-j 2]    compares with recorded answers
    tests/language.py [CASE…] --wpinfra … --terraform terraform          asks Terraform itself; "skipped" where there is none
    tests/language.py [CASE…] --record [--missing]                       records them anew (needs terraform)

Without cases it runs all under tests/cases/language. Cases in a table of configs/COMPATIBILITY.md are known to disagree, for
the reason given there: their differences are not failures, but one that agrees is, so that the list does not outlive its
reasons. Exit code 0 if all agree, 1 if something differs, 2 if it could not be run.
"""

import argparse
import concurrent.futures
import json
import pathlib
import re
import shutil
import sys
from collections.abc import Callable

from answers.case import Failed
from answers.language import LanguageCase, compare, observe, written

ROOT = pathlib.Path(__file__).resolve().parent.parent
CASES = ROOT / "tests/cases/language"
COMPATIBILITY = ROOT / "configs/COMPATIBILITY.md"


def find(folders: list[pathlib.Path]) -> list[pathlib.Path]:
    """Returns the cases at or below the given folders: what stands two levels below tests/cases/language."""
    every = sorted(path for path in CASES.glob("*/*") if path.is_dir())
    wanted = [folder.resolve() for folder in folders] or [CASES]
    for folder in wanted:
        if not any(folder in (case, *case.parents) for case in every):
            print(f"{folder}: no case of the language at or below it", file=sys.stderr)
            sys.exit(2)
    return [case for case in every if any(folder in (case, *case.parents) for folder in wanted)]


def name_of(case: pathlib.Path) -> str:
    """Returns the name of a case: topic/case."""
    return str(case.relative_to(CASES))


def known() -> dict[str, str]:
    """Returns the cases that configs/COMPATIBILITY.md names as known to disagree, with the reasons."""
    rows = re.finditer(r"^\| `language/([^`]+)` \| (.+) \|$", COMPATIBILITY.read_text(encoding="utf-8"), re.MULTILINE)
    return {row[1]: row[2] for row in rows}


def recorded(case: pathlib.Path) -> list[dict]:
    """Returns the recorded answers of a case; raises `Failed` if there are none."""
    path = case / "expected.json"
    if not path.exists():
        raise Failed(f"no recorded answers: run tests/language.py --record {case} where there is a terraform")
    return json.loads(path.read_text(encoding="utf-8"))


def differences(folder: pathlib.Path, wpinfra: str, terraform: str | None) -> list[str]:
    """Returns how wpinfra disagrees with the recorded answers of a case, or with a Terraform that is asked now."""
    case = LanguageCase.read(folder)
    try:
        want = observe(case, terraform) if terraform else recorded(folder)
        return compare(want, observe(case, wpinfra), case.also)
    except Failed as problem:
        return [str(problem)]


def record(folder: pathlib.Path, terraform: str) -> list[str]:
    """Records a case twice, so that nothing that chance decides gets into the recording; returns what went wrong."""
    case = LanguageCase.read(folder)
    try:
        answers, again = observe(case, terraform), observe(case, terraform)
    except Failed as problem:
        return [str(problem)]
    (folder / "expected.json").write_text(written(answers) + "\n", encoding="utf-8")
    return [f"two runs differ: {line}" for line in compare(answers, again, [])]


def run_all(cases: list[pathlib.Path], jobs: int, work: Callable[[pathlib.Path], list[str]], reasons: dict[str, str], shown: int) -> bool:
    """Runs the cases, prints what differs and how many passed; returns whether all did."""
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for case, found in zip(cases, pool.map(work, cases)):
            name = name_of(case)
            if name in reasons:
                if found:
                    print(f"known  {name}: {reasons[name]}")
                    continue
                found = ["agrees with Terraform now: take it off configs/COMPATIBILITY.md"]
            if found:
                failed += 1
                print(f"FAILED {name}")
                for line in found[:shown]:
                    print("  - " + line.replace("\n", "\n    "))
                if len(found) > shown:
                    print(f"    … and {len(found) - shown} more (-v shows all)")
    print(f"{len(cases) - failed} passed, {failed} failed")
    return not failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", type=pathlib.Path)
    parser.add_argument("--wpinfra", default="target/release/wpinfra", help="the program to run")
    parser.add_argument("--terraform", help="compare with the answers of this program instead of recorded ones")
    parser.add_argument("--record", action="store_true", help="record the answers of Terraform")
    parser.add_argument("--missing", action="store_true", help="record only cases that have no recording yet")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("-v", "--verbose", action="store_true", help="all differences of a case instead of the first 10")
    options = parser.parse_args()
    cases, shown = find(options.cases), sys.maxsize if options.verbose else 10
    reasons = known()
    absent = [name for name in reasons if not (CASES / name).is_dir()]
    if absent:
        print(f"configs/COMPATIBILITY.md names cases that are not there: {', '.join(absent)}", file=sys.stderr)
        return 2
    terraform = shutil.which(options.terraform or "terraform")
    if options.record:
        if not terraform:
            print("there is no terraform to record", file=sys.stderr)
            return 2
        cases = [case for case in cases if not (options.missing and (case / "expected.json").exists())]
        return 0 if run_all(cases, options.jobs, lambda case: record(case, terraform), {}, shown) else 1
    if options.terraform and not terraform:
        print(f"skipped: there is no {options.terraform}")
        return 0
    wpinfra = shutil.which(options.wpinfra)
    if not wpinfra:
        print(f"{options.wpinfra}: no such program", file=sys.stderr)
        return 2
    wpinfra, asked = str(pathlib.Path(wpinfra).resolve()), terraform if options.terraform else None
    return 0 if run_all(cases, options.jobs, lambda case: differences(case, wpinfra, asked), reasons, shown) else 1


if __name__ == "__main__":
    sys.exit(main())
