#!/usr/bin/env python3
"""Records what `terraform validate -json` says of each file in faults.txt: ranges, snippets and references, not its words."""

import json
import pathlib
import subprocess
import tempfile

here = pathlib.Path(__file__).parent


def files() -> dict[str, str]:
    parts = ("\n" + (here / "faults.txt").read_text()).split("\n=== ")[1:]
    return {name: text + "\n" for name, _, text in (part.partition("\n") for part in parts)}


def fact(found: dict) -> dict:
    kept = {"severity": found["severity"], "range": found.get("range"), "snippet": found.get("snippet")}
    if kept["snippet"]:
        kept["snippet"]["values"] = [value["traversal"] for value in kept["snippet"]["values"]]
    return kept


def main() -> None:
    answers = {}
    for name, text in files().items():
        with tempfile.TemporaryDirectory() as folder:
            path = "main.tf.json" if name.endswith(".json") else "main.tf"
            pathlib.Path(folder, path).write_text(text)
            ended = subprocess.run(["terraform", "validate", "-json"], cwd=folder, stdout=subprocess.PIPE, check=False)
            found = [fact(one) for one in json.loads(ended.stdout)["diagnostics"]]
            answers[name] = sorted(found, key=lambda one: json.dumps(one, sort_keys=True))
    lines = [f" {json.dumps(name)}: {json.dumps(found)}" for name, found in answers.items()]
    (here / "faults.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
