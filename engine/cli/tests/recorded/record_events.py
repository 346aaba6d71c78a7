#!/usr/bin/env python3
"""Records the lines that Terraform writes with -json for the configuration in events/, without its messages."""

import json
import pathlib
import shutil
import subprocess
import tempfile

here = pathlib.Path(__file__).parent
COMMANDS = ["plan -json", "apply -json -auto-approve", "apply -json -auto-approve -var a=y", "destroy -json -auto-approve"]


def main() -> None:
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(here / "events", folder, dirs_exist_ok=True)
        subprocess.run(["terraform", "init"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        for command in COMMANDS:
            ended = subprocess.run(["terraform", *command.split()], cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
            found[command] = [compact(line) for line in ended.stdout.splitlines()]
    (here / "events.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


def compact(line: str) -> str:
    event = json.loads(line)
    event["@message"] = "…"
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False)


if __name__ == "__main__":
    main()
