"""Reads the JSON documents of a plan and of a state."""

import json


def managed_changes(plan: dict) -> list[tuple[str, dict]]:
    """Returns what a plan changes, by address; reads and no-ops are left out."""
    found = []
    for resource in plan.get("resource_changes", []):
        change = resource["change"]
        if change["actions"] in (["no-op"], ["read"]):
            continue
        deposed = f" (deposed {resource['deposed']})" if resource.get("deposed") else ""
        found.append((resource["address"] + deposed, change))
    return sorted(found, key=lambda pair: pair[0])


def observed_change(change: dict) -> dict:
    """Returns the parts of a change that answers are compared by."""
    return {
        "actions": change["actions"],
        "replace_paths": change.get("replace_paths", []),
        "after": change.get("after"),
        "after_unknown": change.get("after_unknown", {}),
        "after_sensitive": change.get("after_sensitive", {}),
    }


def instances(state: dict) -> list[tuple[str, dict]]:
    """Returns the attributes in a state file, by address; an object that waits to be deleted is marked."""
    return [(address, instance.get("attributes") or {}) for address, instance in whole_instances(state)]


def whole_instances(state: dict) -> list[tuple[str, dict]]:
    """Returns the instances in a state file, by address; an object that waits to be deleted is marked."""
    found = []
    for resource in state.get("resources", []):
        base = f"{resource['type']}.{resource['name']}"
        if resource["mode"] == "data":
            base = f"data.{base}"
        if resource.get("module"):
            base = f"{resource['module']}.{base}"
        for instance in resource["instances"]:
            key = instance.get("index_key")
            address = base if key is None else f"{base}[{json.dumps(key)}]"
            deposed = f" (deposed {instance['deposed']})" if instance.get("deposed") else ""
            found.append((address + deposed, instance))
    return sorted(found, key=lambda pair: pair[0])
