#!/usr/bin/env python3
"""Takes over, by import, what build.py built, and holds the plan against expected_differences.json.

    tests/seed/takeover.py --wpinfra target/release/wpinfra [--variant]

It starts a local AWS, builds the stack the way of the console, runs `import ADDRESS ID` for every resource of
configs/wordpress, then `plan`. The plan may change only what expected_differences.json names, each with the reason. Then
it applies; the next plan must be empty, and nothing may have been made twice or forgotten. Exit code 0 or 1.

`--variant` takes tests/variants/wordpress, which needs no random provider. `--show` prints the differences found as JSON.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "variants")]

from answers.case import Failed, Program  # noqa: E402
from answers.cloud import Cloud  # noqa: E402
from answers.comparable import flat  # noqa: E402
from answers.documents import managed_changes  # noqa: E402
from make import make  # noqa: E402

# Made by AWS or by the plan itself; they are no part of what was taken over.
MAIN_ASSOCIATION = "main route table association"


def build(cloud: Cloud) -> dict:
    """Lets the person at the console do their work."""
    command = [HERE.parent / "aws/start", "--python", HERE / "build.py"]
    done = subprocess.run(command, env=cloud.environment(), capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"build.py exits {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout)


def prepare(folder: pathlib.Path, built: dict, variant: bool) -> None:
    """Writes the configuration and the variables that fit what was built."""
    variables = dict(built["variables"])
    if variant:
        make("wordpress", folder)
        variables |= built["secrets"]
    else:
        folder.mkdir()
        for source in (HERE.parents[1] / "configs/wordpress").glob("*.tf"):
            shutil.copy(source, folder)
    (folder / "built.auto.tfvars.json").write_text(json.dumps(variables))


def differing(change: dict) -> list[str]:
    """Returns the paths of the attributes that a change changes, or those because of which it replaces."""
    if change["actions"] != ["update"]:
        return sorted(".".join(map(str, path)) for path in change.get("replace_paths", []))
    before, after = dict(flat(change["before"])), dict(flat(change["after"]))
    unknown = {path for path, flag in flat(change.get("after_unknown") or {}) if flag is True}
    found = {path for path in set(before) | set(after) if before.get(path) != after.get(path) and not empty(before.get(path), after.get(path))}
    return sorted(found | unknown)


def empty(left, right) -> bool:
    """Returns whether two values are both nothing."""
    return left in (None, "", [], {}) and right in (None, "", [], {})


def differences(plan: dict) -> dict:
    """Returns what a plan changes, in the form of expected_differences.json without the reasons."""
    return {address: {"actions": c["actions"], "attributes": differing(c)} for address, c in managed_changes(plan)}


def take_over(binary: str, variant: bool, show: bool) -> list[str]:
    """Returns what went wrong; nothing if all is well."""
    with Cloud() as cloud, tempfile.TemporaryDirectory(prefix="wpinfra-takeover-") as temporary:
        built = build(cloud)
        folder = pathlib.Path(temporary) / "work"
        prepare(folder, built, variant)
        program = Program(binary, folder, cloud.environment())
        program.init()
        before = cloud.inventory()
        for address, identifier in built["imports"].items():
            if not (variant and address.startswith("random_")):
                program.run("import", "-input=false", "-no-color", address, identifier)
        problems = []
        found = differences(program.plan())
        if cloud.inventory() != before:
            problems.append("import or plan changed the cloud")
        if show:
            print(json.dumps(found, indent=2))
        problems += unexpected(found, json.loads((HERE / "expected_differences.json").read_text()))
        program.run("apply", "-input=false", "-no-color", "-auto-approve", "case.tfplan")
        if again := differences(program.plan_again()):
            problems.append(f"the plan after the apply still changes {json.dumps(again)}")
        problems += moved(before, cloud.inventory())
        return problems


def unexpected(found: dict, expected: dict) -> list[str]:
    """Returns where a plan differs from what expected_differences.json says.

    There, "attributes" must change; "optional" ones may, since they are Terraform's or moto's peculiarities.
    """
    problems = []
    for address in sorted(set(found) | set(expected)):
        want, got = expected.get(address), found.get(address)
        if want is None:
            problems.append(f"{address}: the plan changes it ({json.dumps(got)}), and nothing says why")
            continue
        must, may = set(want.get("attributes", [])), set(want.get("optional", []))
        if got is None:
            if must or not may and want["actions"] != ["update"]:
                problems.append(f"{address}: expected {want['actions']} because {want['reason']}; the plan does nothing")
            continue
        has = set(got["attributes"])
        if got["actions"] != want["actions"]:
            problems.append(f"{address}: expected {want['actions']}, the plan has {got['actions']} because of {sorted(has)}")
        problems += [f"{address}.{path}: expected to change because {want['reason']}; it does not" for path in sorted(must - has)]
        problems += [f"{address}.{path}: the plan changes it, and nothing says why" for path in sorted(has - must - may)]
    return problems


def moved(before: dict, after: dict) -> list[str]:
    """Returns what the apply made or destroyed. Rules are changed by being made anew, so only their number counts."""
    problems = []
    for kind in sorted(set(before) | set(after)):
        old, new = before.get(kind, []), after.get(kind, [])
        same = len(old) == len(new) if kind == "security group rule" else old == new
        if not same and kind != MAIN_ASSOCIATION:
            problems.append(f"{kind}: {old} stood before the apply, {new} after it")
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wpinfra", default="target/release/wpinfra")
    parser.add_argument("--variant", action="store_true")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    binary = shutil.which(options.wpinfra)
    if not binary:
        sys.exit(f"{options.wpinfra}: no such program")
    try:
        problems = take_over(str(pathlib.Path(binary).absolute()), options.variant, options.show)
    except Failed as problem:
        problems = [str(problem)]
    for problem in problems:
        print(f"FAILED {problem}")
    print(f"{0 if problems else 1} passed, {1 if problems else 0} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
