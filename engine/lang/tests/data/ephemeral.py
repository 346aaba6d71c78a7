#!/usr/bin/env python3
"""Asks `terraform validate` and `terraform plan` about every configuration in recorded/ephemeral.txt and writes the answers there.

    ephemeral.py

A case begins with "=== name"; "-- path --" begins another file than main.tf. The answers follow as lines with "> ": the place
of every error or warning, or "accepted" and the outputs. What validate refuses is not planned.
Also asks `terraform console` about every expression in recorded/ephemeral_expressions.txt, in the form of expressions.txt.
Terraform 1.11 must be on the PATH; no provider is needed.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

RECORDED = pathlib.Path(__file__).resolve().parent.parent / "recorded"
CONSOLE = """variable "e" {
  ephemeral = true
  default   = "x"
}
locals {
  o = { x = 1 }
  m = tomap({ x = 1 })
  t = [1, 2]
}
"""


def run(folder, *arguments, given=None):
    return subprocess.run(["terraform", *arguments], cwd=folder, input=given, capture_output=True, text=True)


def place(diagnostic):
    found = diagnostic.get("range")
    at = f" {found['filename']}:{found['start']['line']}" if found else ""
    return f"{diagnostic['severity']}{at}"


def answers(text):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        parts = re.split(r"^-- (.+) --\n", text, flags=re.M)
        for path, content in [("main.tf", parts[0]), *zip(parts[1::2], parts[2::2])]:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(content)
        run(folder, "init", "-input=false")
        found = json.loads(run(folder, "validate", "-json").stdout)["diagnostics"]
        if not any(diagnostic["severity"] == "error" for diagnostic in found):
            lines = run(folder, "plan", "-json", "-input=false", "-out=plan").stdout.splitlines()
            events = [json.loads(line) for line in lines]
            found = [event["diagnostic"] for event in events if event["type"] == "diagnostic"]
        places = sorted({place(diagnostic) for diagnostic in found})
        if any(line.startswith("error") for line in places):
            return places
        plan = json.loads(run(folder, "show", "-json", "plan").stdout)
        outputs = plan.get("output_changes", {})
        values = [f"{name} = {json.dumps(change.get('after'), sort_keys=True)}" for name, change in sorted(outputs.items())]
        return [*places, "accepted", *values]


def record_configurations(file):
    out = []
    for case in filter(None, re.split(r"^(?==== )", file.read_text(), flags=re.M)):
        name, text = case.split("\n", 1)
        text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("> ")).rstrip("\n") + "\n"
        out.append("\n".join([name, text.rstrip("\n"), *(f"> {answer}" for answer in answers(text))]) + "\n\n")
    file.write_text("".join(out).rstrip("\n") + "\n")


def record_expressions(file):
    out = []
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "main.tf").write_text(CONSOLE)
        run(folder, "init", "-input=false")
        for line in file.read_text().splitlines():
            if line.startswith("> "):
                said = run(folder, "console", "-no-color", given=line[2:] + "\n")
                out += [line, "! error" if said.returncode else said.stdout.rstrip("\n")]
    file.write_text("\n".join(out) + "\n")


record_configurations(RECORDED / "ephemeral.txt")
record_expressions(RECORDED / "ephemeral_expressions.txt")
