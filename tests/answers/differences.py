"""Compares two observations and says in words what differs."""

import json
import re

from .comparable import flat

# Attributes that say nothing about right and wrong: the moment, or what the cloud derives from a made-up address.
VOLATILE = [
    r"\.latest_restorable_time$",
    r"\.timeouts(\.|$)",
    r"aws_eip\..*\.(public|private)_dns$",
    r"aws_iam_role_policy_attachment\..*\.id$",
]
EMPTY = (None, "", [], {})


def ordered(value, sets: bool = True):
    """Returns the value in a fixed order: keys sorted, JSON texts parsed, and lists too, which may stand for sets."""
    if isinstance(value, dict):
        return {k: ordered(v, sets) for k, v in sorted(value.items())}
    if isinstance(value, list):
        items = [ordered(v, sets) for v in value]
        return sorted(items, key=lambda v: json.dumps(v, sort_keys=True)) if sets else items
    if isinstance(value, str) and value[:1] in "{[" and value:
        try:
            return "json " + json.dumps(ordered(json.loads(value), sets), sort_keys=True)
        except ValueError:
            return value
    return value


def shown(value) -> str:
    """Returns a value short enough for one line."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= 160 else text[:157] + "…"


def compare_values(where: str, want, got, ignore: list[str], empty_is_null: bool, sets: bool = True) -> list[str]:
    """Returns the differences of two JSON values, leaf by leaf."""
    want, got = (dict(flat(ordered(value, sets), where)) for value in (want, got))
    found = []
    for path in sorted(set(want) | set(got)):
        if any(re.search(pattern, path) for pattern in ignore):
            continue
        left, right = want.get(path), got.get(path)
        if left == right and isinstance(left, bool) == isinstance(right, bool):
            continue
        if empty_is_null and left in EMPTY and right in EMPTY:
            continue
        wanted = shown(left) if path in want else "nothing"
        found.append(f"{path}: want {wanted}, got {shown(right) if path in got else 'nothing'}")
    return found


def compare_steps(want: list[dict], got: list[dict], ignore: list[str]) -> list[str]:
    """Returns all differences of two runs of a case; none if they agree."""
    found = []
    if len(want) != len(got):
        found.append(f"{len(want)} steps are recorded, but the case has {len(got)}: record it again")
    for number, (left, right) in enumerate(zip(want, got), start=1):
        found += [f"step {number}: {line}" for line in compare_step(left, right, ignore + VOLATILE)]
    return found


def compare_step(want: dict, got: dict, ignore: list[str]) -> list[str]:
    """Returns the differences of one step."""
    found = []
    for address in sorted(set(want["plan"]) | set(got["plan"])):
        left, right = want["plan"].get(address), got["plan"].get(address)
        if left is None or right is None or left["actions"] != right["actions"]:
            wanted, planned = (shown(c["actions"]) if c else "nothing" for c in (left, right))
            found.append(f"plan: {address}: want {wanted}, got {planned}")
            continue
        if ordered(left["replace_paths"]) != ordered(right["replace_paths"]):
            found.append(f"plan: {address}: want it replaced by {shown(left['replace_paths'])}, got {shown(right['replace_paths'])}")
        for part in ("after", "after_unknown", "after_sensitive"):
            lines = compare_values(address, pruned(left, part), pruned(right, part), ignore, empty_is_null=False)
            found += [f"plan {part}: {line}" for line in lines]
    found += compare_outputs("plan: output", want["outputs"], got["outputs"])
    for address in sorted(set(want["state"]) | set(got["state"])):
        if address not in want["state"] or address not in got["state"]:
            found.append(f"state: {address}: {'is missing' if address in want['state'] else 'should not be there'}")
            continue
        lines = compare_values(address, want["state"][address], got["state"][address], ignore, empty_is_null=True)
        found += [f"state: {line}" for line in lines]
    found += compare_outputs("state: output", want["state_outputs"], got["state_outputs"])
    if got["again"] not in ({}, want["again"]):  # to settle where Terraform does not is no fault
        found.append(f"plan after apply: want {shown(want['again'])}, got {shown(got['again'])}")
    return found


def compare_outputs(what: str, want: dict, got: dict) -> list[str]:
    """Returns the differences of outputs, in which order counts."""
    return [f"{what} {line}" for line in compare_values("", want, got, [], empty_is_null=False, sets=False)]


def pruned(change: dict, part: str):
    """Returns a part of a change; flags that are false say no more than flags that are absent."""
    value = change.get(part)
    return value if part == "after" else without_false(value)


def without_false(value):
    """Returns nested flags without those that are false and what is empty then; `None` if nothing is left."""
    if isinstance(value, dict):
        kept = {k: inner for k, v in value.items() if (inner := without_false(v)) is not None}
        return kept or None
    if isinstance(value, list):
        kept = [without_false(v) for v in value]
        return kept if any(v is not None for v in kept) else None
    return True if value is True else None
