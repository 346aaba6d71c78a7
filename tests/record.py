#!/usr/bin/env python3
"""Records what Terraform answers, for comparison on machines that have no Terraform.

    tests/record.py [CASE…] [-j 4] [--terraform BIN] [--missing]

Without arguments it records every case under tests/cases and tests/variants. Needs terraform with the aws provider, which terraform must be
able to install (from the registry, or a mirror named in its CLI configuration file). It is several times faster if that
file has a dev_overrides block for the provider and WPINFRA_TEST_NO_INIT=1 is set.

Nothing that chance decides may get into a recording: after new ones run `tests/compare.py CASE… --wpinfra terraform`.
"""

import argparse
import json
import pathlib
import shutil
import sys

from answers.case import Case, Failed, observe
from answers.cloud import Cloud
from answers.workers import each, find_cases


def record(folder: pathlib.Path, binary: str, cloud: Cloud) -> str | None:
    """Records one case; returns what went wrong, if anything did."""
    case = Case.read(folder)
    try:
        steps = observe(case, binary, cloud)
    except Failed as problem:
        return str(problem)
    unsettled = [f"step {n}: {step['again']}" for n, step in enumerate(steps, start=1) if step["again"]]
    expected = folder / "expected"
    shutil.rmtree(expected, ignore_errors=True)
    expected.mkdir()
    for number, step in enumerate(steps, start=1):
        text = json.dumps(step, indent=1, sort_keys=True, ensure_ascii=False)
        (expected / f"step{number}.json").write_text(text + "\n", encoding="utf-8")
    if unsettled:
        print(f"note   {folder}: Terraform itself does not settle: {'; '.join(unsettled)}")
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", type=pathlib.Path)
    parser.add_argument("-j", "--jobs", type=int, default=4)
    parser.add_argument("--terraform", default="terraform")
    parser.add_argument("--missing", action="store_true", help="only cases that have no recording yet")
    options = parser.parse_args()
    binary = shutil.which(options.terraform)
    if not binary:
        sys.exit(f"{options.terraform} is not on the PATH")
    cases = [c for c in find_cases(options.cases) if not (options.missing and (c / "expected").exists())]
    failed = 0
    for folder, problem in each(cases, options.jobs, lambda case, cloud: record(case, binary, cloud)):
        failed += problem is not None
        print(f"FAILED {folder}\n{problem}" if problem else f"ok     {folder}", flush=True)
    print(f"{len(cases) - failed} recorded, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
