"""Runs one small case of the language through a program that has Terraform's command line, and observes what it says."""

import json
import pathlib
import re
import shutil
import tempfile
from dataclasses import dataclass, field

from .case import LEFT_OUT, Failed, Program
from .cloud import environment_for
from .comparable import Names, Replacement
from .differences import compare_values, shown, without_false
from .documents import instances, whole_instances

# The provider for AWS must never get as far as a call; where one is made after all, nobody answers.
NO_CLOUD = "http://127.0.0.1:9"
# Commands in their order. Without init wpinfra cannot say what is wrong before validate does.
PHASES = {"init": 0, "validate": 0, "plan": 1, "apply": 2}


@dataclass
class Step:
    """What is done to a case at one time."""

    arguments: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    before: list[list[str]] = field(default_factory=list)
    apply: bool = True


@dataclass
class LanguageCase:
    """A folder below tests/cases/language."""

    folder: pathlib.Path
    steps: list[Step]
    also: list[str]
    files: list[str]

    @classmethod
    def read(cls, folder: pathlib.Path) -> "LanguageCase":
        """Reads case.json, where there is one; raises `ValueError` for a key that means nothing."""
        settings = folder / "case.json"
        content = json.loads(settings.read_text(encoding="utf-8")) if settings.exists() else {}
        given = content.get("steps", [])
        unknown = set(content) - {"about", "arguments", "environment", "apply", "steps", "also", "files"}
        unknown |= {key for step in given for key in step} - {"arguments", "environment", "before", "apply"}
        if unknown:
            raise ValueError(f"{settings}: unknown keys {sorted(unknown)}")
        numbers = [int(path.name.removeprefix("step")) for path in folder.glob("step[0-9]*") if path.is_dir()]
        given += [{}] * (max([1, *numbers]) - len(given))
        steps = [
            Step(
                content.get("arguments", []) + step.get("arguments", []),
                content.get("environment", {}) | step.get("environment", {}),
                step.get("before", []),
                step.get("apply", True),
            )
            for step in given
        ]
        # The last plan is what most cases are about.
        steps[-1].apply = given[-1].get("apply", content.get("apply", False))
        return cls(folder, steps, content.get("also", []), content.get("files", []))


def observe(case: LanguageCase, binary: str, timeout_s: float = 60) -> list[dict]:
    """Runs all steps of a case and returns one comparable observation for each."""
    with tempfile.TemporaryDirectory(prefix="wpinfra-language-") as temporary:
        folder = pathlib.Path(temporary).resolve() / "work"
        shutil.copytree(case.folder, folder, ignore=LEFT_OUT)
        names, observations = Names(), []
        for number, step in enumerate(case.steps, start=1):
            overlay = case.folder / f"step{number}"
            if overlay.is_dir():
                lay_over(overlay, folder)
            program = Program(binary, folder, environment_for(NO_CLOUD) | step.environment, timeout_s)
            try:
                observation = observe_step(program, step, names)
            except Failed as problem:
                raise Failed(f"step {number}: {problem}") from problem
            for name in case.files:
                path = folder / name
                observation.setdefault("files", {})[name] = path.read_text(encoding="utf-8") if path.exists() else None
            observations.append(json.loads(json.dumps(observation).replace(str(folder), "<folder>")))
    return observations


def lay_over(overlay: pathlib.Path, folder: pathlib.Path) -> None:
    """Copies the files of a step over the folder; an empty one removes its namesake."""
    shutil.copytree(overlay, folder, dirs_exist_ok=True)
    for path in overlay.rglob("*"):
        if path.is_file() and not path.stat().st_size:
            (folder / path.relative_to(overlay)).unlink()


def observe_step(program: Program, step: Step, names: Names) -> dict:
    """Initialises, validates and plans, applies where that is wanted; returns what was seen until something was rejected."""
    for command in step.before:
        program.run(*command)
    warnings: dict[tuple, dict] = {}
    if program.needs_init and (rejected := run(program, warnings, "init", "-json", "-no-color", "-input=false")):
        return rejected
    if rejected := run(program, warnings, "validate", "-json"):
        return rejected
    if rejected := run(program, warnings, "plan", "-json", "-input=false", "-out=case.tfplan", *step.arguments):
        return rejected
    plan = json.loads(program.run("show", "-json", "case.tfplan").stdout)
    learn(names, plan)
    before = state_names(plan, names)
    if not step.apply:
        return before.replace_in(compact(observed_plan(plan)) | listed("warnings", warnings))
    rejected = run(program, warnings, "apply", "-json", "-input=false", "-auto-approve", "case.tfplan")
    state = json.loads(program.run("state", "pull").stdout or '{"resources": [], "outputs": {}}')
    after = names.of_state(instances(state))
    seen = {"state": state_instances(state), "outputs": dict(sorted(state.get("outputs", {}).items()))}
    if not rejected:
        again_plan = program.plan_again(*step.arguments)
        seen["again"] = changed(again_plan)
    known = Replacement(after.names | before.names)
    observed = known.replace_in(compact(observed_plan(plan))) | {"applied": after.replace_in(compact(seen))}
    return observed | (rejected or {}) | listed("warnings", warnings)


def learn(names: Names, plan: dict) -> None:
    """Takes note of what a plan does not know; what moves takes along what was unknown of it."""
    for entry in plan.get("resource_changes", []):
        names.learn([(entry["address"], entry["change"])])
        before = names.unknown.get(entry.get("previous_address"), set())
        names.unknown.setdefault(entry["address"], set()).update(before)
    # What `state mv` has moved was never planned under its address.
    for address, _ in prior_resources(plan):
        if "terraform_data." in address:
            names.unknown.setdefault(address, set()).add("id")


def run(program: Program, warnings: dict, command: str, *arguments: str) -> dict | None:
    """Runs a command; collects its warnings, and returns what it rejects, or `None` if it rejects nothing."""
    done = program.run(command, *arguments, codes=(0, 1, 2))
    errors: dict[tuple, dict] = {}
    for diagnostic in diagnostics(done.stdout):
        found = place(diagnostic)
        (errors if diagnostic["severity"] == "error" else warnings)[tuple(map(str, found.values()))] = found
    if len(errors) > 1:  # what says only that there are errors is none where they are there
        errors = {key: found for key, found in errors.items() if not found["summary"].startswith("Terraform encountered problems")}
    if done.returncode == 0 and not errors:
        return None
    if not errors:
        raise Failed(f"`{command}` exits {done.returncode} without an error in its JSON:\n{(done.stderr or done.stdout)[-2000:]}")
    if done.returncode == 0:
        raise Failed(f"`{command}` exits 0 and reports {list(errors.values())}")
    return {"rejected_by": command} | listed("errors", errors)


def listed(name: str, diagnosed: dict[tuple, dict]) -> dict:
    """Returns the diagnostics in a fixed order under a name; nothing if there are none."""
    return {name: [found for _, found in sorted(diagnosed.items())]} if diagnosed else {}


def diagnostics(output: str) -> list[dict]:
    """Returns the diagnostics in what a command printed: one document, or a document on each line."""
    try:
        return json.loads(output)["diagnostics"]
    except (json.JSONDecodeError, KeyError):
        lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        return [line["diagnostic"] for line in lines if line.get("type") == "diagnostic"]


def place(diagnostic: dict) -> dict:
    """Returns where a diagnostic points to, with its summary; values given outside of files have no place."""
    where = diagnostic.get("range")
    if not where or where["filename"].startswith("<"):
        return {"file": None, "line": None, "summary": diagnostic["summary"]}
    return {"file": where["filename"], "line": where["start"]["line"], "summary": diagnostic["summary"]}


def observed_plan(plan: dict) -> dict:
    """Returns what a plan says, by address."""
    changes = {address_of(entry): observed_entry(entry) for entry in plan.get("resource_changes", [])}
    types = {name: output.get("type") for name, output in plan.get("planned_values", {}).get("outputs", {}).items()}
    outputs = {}
    for name, change in sorted(plan.get("output_changes", {}).items()):
        parts = {part: change.get(part) for part in ("actions", "after", "after_sensitive")}
        parts["after_unknown"] = without_false(change.get("after_unknown"))
        parts["after_sensitive"] = without_false(change.get("after_sensitive"))
        outputs[name] = parts | {"type": types.get(name)}
    planned = {}
    for address, values in all_resources(plan.get("planned_values", {}).get("root_module", {})):
        if values != changes.get(address, {}).get("after"):
            planned[address] = values
    return {
        "changes": changes,
        "planned_values": planned,
        "data": {address: values for address, values in prior_resources(plan) if re.search(r"(^|\.)data\.", address)},
        "outputs": outputs,
        "checks": {entry["address"]["to_display"]: observed_check(entry) for entry in plan.get("checks", [])},
        "drift": {address_of(entry): observed_entry(entry) for entry in plan.get("resource_drift", [])},
    }


def observed_entry(entry: dict) -> dict:
    """Returns what is compared of one entry of `resource_changes` or `resource_drift`."""
    change = entry["change"]
    return {
        "actions": change["actions"],
        "action_reason": entry.get("action_reason"),
        "previous_address": entry.get("previous_address"),
        "importing": change.get("importing"),
        "replace_paths": sorted(change.get("replace_paths", []), key=json.dumps),
        "after": change.get("after"),
        "after_unknown": without_false(change.get("after_unknown")),
        "after_sensitive": without_false(change.get("after_sensitive")),
    }


def observed_check(entry: dict) -> dict:
    """Returns the outcome of checks, with one of each instance that has problems or another outcome."""
    instances_of = {
        instance["address"]["to_display"]: [instance["status"], *(problem["message"] for problem in instance.get("problems", []))]
        for instance in entry.get("instances", [])
    }
    return {"status": entry["status"], "instances": {name: said for name, said in instances_of.items() if said != [entry["status"]]}}


def address_of(entry: dict) -> str:
    """Returns the address of an entry, marked if it is a deposed object."""
    return entry["address"] + (" (deposed)" if entry.get("deposed") else "")


def all_resources(module: dict) -> list[tuple[str, dict]]:
    """Returns address and values of every resource in a module of a document and in those below it."""
    found = [(entry["address"], entry.get("values")) for entry in module.get("resources", [])]
    for child in module.get("child_modules", []):
        found += all_resources(child)
    return sorted(found)


def state_names(plan: dict, names: Names) -> Replacement:
    """Returns the names of what was made up before the plan."""
    return names.of_state(prior_resources(plan))


def prior_resources(plan: dict) -> list[tuple[str, dict]]:
    """Returns address and values of everything in the state that a plan starts from."""
    return all_resources(plan.get("prior_state", {}).get("values", {}).get("root_module", {}))


def state_instances(state: dict) -> dict:
    """Returns attributes and status of every instance of a state."""
    found = {}
    for address, instance in whole_instances(state):
        address = re.sub(r" \(deposed .*\)", " (deposed)", address)
        status = " (tainted)" if instance.get("status") == "tainted" else ""
        found[address + status] = instance.get("attributes") or {}
    return found


def changed(plan: dict) -> dict:
    """Returns the actions of a plan, by address and by output, without those that change nothing."""
    entries = [(address_of(entry), entry["change"]["actions"]) for entry in plan.get("resource_changes", [])]
    entries += [(f"output {name}", change["actions"]) for name, change in plan.get("output_changes", {}).items()]
    return {address: actions for address, actions in sorted(entries) if actions != ["no-op"]}


def compact(value: dict) -> dict:
    """Returns an observation without the parts that are empty, two levels deep; deeper down they are values."""

    def said(part) -> bool:
        return part not in (None, [], {})

    def entry(parts):
        return {name: part for name, part in parts.items() if said(part) or name in VALUES} if isinstance(parts, dict) else parts

    found = {}
    for name, parts in value.items():
        if not said(parts):
            continue
        if name in ("changes", "drift", "outputs", "checks"):
            parts = {address: without_untold(entry(part)) for address, part in parts.items()}
        found[name] = parts
    return found


VALUES = ("after", "value")


def without_untold(change: dict) -> dict:
    """Returns a change without what says nothing: the value of what stays, goes, or is not known."""
    stays = change.get("actions") in (["no-op"], ["delete"], ["forget"]) and "type" not in change
    untold = stays or (change.get("after_unknown") is True and change.get("after") is None)
    return {name: part for name, part in change.items() if not (untold and name == "after")}


def compare(want: list[dict], got: list[dict], also: list[str]) -> list[str]:
    """Returns the differences of two runs of a case; none if they agree."""
    if len(want) != len(got):
        return [f"{len(want)} steps are recorded, but the case has {len(got)}: record it again"]
    found = []
    for number, (left, right) in enumerate(zip(want, got), start=1):
        where = f"step {number}: " if len(want) > 1 else ""
        last = number == len(want)
        found += [where + line for line in compare_step(left, right, also if last else [])]
    return found


def compare_step(want: dict, got: dict, also: list[str]) -> list[str]:
    """Returns the differences of one step."""
    found = compare_rejection(want, got, also)
    missing = places(want.get("warnings", [])) - places(got.get("warnings", []))
    found += [f"no warning at {where}" for where in sorted(missing)]
    if "rejected_by" in got and "changes" not in got:  # wpinfra may reject before there is a plan
        return found if "rejected_by" in want else found + [f"rejected: {shown(got['errors'])}"]
    for part in sorted((set(want) | set(got)) - {"rejected_by", "errors", "warnings"}):
        found += compare_part(part, want.get(part, {}), got.get(part, {}))
    return found


def compare_part(part: str, want: dict, got: dict) -> list[str]:
    """Returns the differences of one part of an observation, address by address."""
    if part == "applied":
        return [
            f"applied {line}" for inner in sorted(set(want) | set(got)) for line in compare_part(inner, want.get(inner, {}), got.get(inner, {}))
        ]
    found = []
    for address in sorted(set(want) | set(got)):
        aws = bool(re.search(r"(^|\.)aws_", address))  # the values of other types are of any type, and lists keep their order
        empty_is_null = aws and part in ("data", "state")
        lines = compare_values(address, want.get(address), got.get(address), [], empty_is_null, sets=aws)
        found += [f"{part}: {line}" for line in lines]
    return found


def compare_rejection(want: dict, got: dict, also: list[str]) -> list[str]:
    """Returns how two rejections differ: the first to reject, and the places.

    Every place that Terraform reports must be among those that are reported. More of them are in order if the case names them, in `also`.
    """
    if "rejected_by" not in want:
        return []
    if "rejected_by" not in got:
        return [f"accepted, but Terraform's {want['rejected_by']} rejects {shown(want['errors'])}"]
    found = []
    if PHASES[got["rejected_by"]] > PHASES[want["rejected_by"]]:
        found.append(f"rejected by {got['rejected_by']}, but by Terraform's {want['rejected_by']} already")
    wanted, reported = places(want["errors"]), places(got["errors"])
    found += [f"no error at {where}" for where in sorted(wanted - reported)]
    for where in sorted(reported - wanted - set(also)):
        texts = [error["summary"] for error in got["errors"] if where in places([error])]
        found.append(f"an error at {where} that Terraform does not report: {shown(texts)}")
    found += [f"no error at {where}, which case.json expects as well" for where in sorted(set(also) - reported)]
    return found


def places(diagnosed: list[dict]) -> set[str]:
    """Returns the places of diagnostics as `file:line`; those without a place are left out."""
    return {f"{found['file']}:{found['line']}" for found in diagnosed if found["file"]}


def written(value, indent: int = 0, width: int = 130) -> str:
    """Returns JSON with a line for each value that is short enough for one."""
    line = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if len(line) + indent <= width or not isinstance(value, dict | list) or not value:
        return line
    inner, outer = " " * (indent + 1), " " * indent
    if isinstance(value, list):
        parts = [inner + written(item, indent + 1, width) for item in value]
        return "[\n" + ",\n".join(parts) + f"\n{outer}]"
    parts = [f"{inner}{json.dumps(key, ensure_ascii=False)}: {written(item, indent + 1, width)}" for key, item in sorted(value.items())]
    return "{\n" + ",\n".join(parts) + f"\n{outer}}}"
