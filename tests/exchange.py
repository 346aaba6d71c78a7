#!/usr/bin/env python3
"""Lets Terraform and wpinfra plan on each other's state: neither may change more than it would on its own.

    tests/exchange.py --wpinfra target/release/wpinfra [CASE…]

Needs terraform with hashicorp/aws 5.100. Of each case only the first step is used. Without cases it runs one of each service, and the
whole WordPress stack. Exit code 0 or 1; the last line is "N passed, N failed".
"""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile

from answers.case import LEFT_OUT, Case, Failed, Program
from answers.cloud import Cloud
from answers.documents import managed_changes

TESTS = pathlib.Path(__file__).resolve().parent
CASES = [
    "cases/aws/ec2/subnets",
    "cases/aws/ec2/security_group_rule",
    "cases/aws/rds/mysql",
    "cases/aws/elbv2/listener",
    "cases/aws/efs/mount_target",
    "cases/aws/ecs/service",
    "cases/aws/iam/attachment",
    "cases/aws/logs/retention",
    "variants/wordpress",
]


def changed(program: Program, case: Case) -> dict:
    """Returns what a plan changes: actions by address."""
    return {address: change["actions"] for address, change in managed_changes(program.plan_again(*case.arguments))}


def exchange(first: str, second: str, case: Case, cloud: Cloud) -> list[str]:
    """Applies with the first program and plans with the second; returns what is wrong."""
    cloud.reset()
    with tempfile.TemporaryDirectory(prefix="wpinfra-exchange-") as temporary:
        folder = pathlib.Path(temporary) / "work"
        for layer in case.layers:
            shutil.copytree(layer, folder, ignore=LEFT_OUT, dirs_exist_ok=True)
        one, other = (Program(binary, folder, cloud.environment()) for binary in (first, second))
        one.init()
        one.run("apply", "-input=false", "-no-color", "-auto-approve", *case.arguments)
        own = changed(one, case)
        other.init()
        surplus = {address: actions for address, actions in changed(other, case).items() if own.get(address) != actions}
        # The next owner of the state must be able to take all of it down.
        other.run("destroy", "-input=false", "-no-color", "-auto-approve", *case.arguments)
        left = cloud.inventory()
    problems = [f"plans {json.dumps(surplus)} more"] if surplus else []
    return problems + ([f"destroy leaves {json.dumps(left)}"] if left else [])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", type=pathlib.Path)
    parser.add_argument("--wpinfra", default="target/release/wpinfra")
    options = parser.parse_args()
    binary, terraform = shutil.which(options.wpinfra), shutil.which("terraform")
    if not binary or not terraform:
        print(f"{'terraform' if binary else options.wpinfra}: no such program", file=sys.stderr)
        return 2
    binary = str(pathlib.Path(binary).absolute())
    passed = failed = 0
    with Cloud() as cloud:
        for folder in options.cases or [TESTS / case for case in CASES]:
            case = Case.read(folder.absolute())
            for first, second in ((binary, terraform), (terraform, binary)):
                names = f"{pathlib.Path(first).name} applies, {pathlib.Path(second).name} plans"
                try:
                    problems = exchange(first, second, case, cloud)
                except Failed as problem:
                    problems = [str(problem)]
                print(f"{'FAILED' if problems else 'ok    '} {folder}: {names}", flush=True)
                for problem in problems:
                    print("  - " + problem.replace("\n", "\n    "))
                passed, failed = passed + (not problems), failed + bool(problems)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
