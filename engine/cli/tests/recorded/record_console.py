#!/usr/bin/env python3
"""Records what `terraform console` answers to the lines of console/inputs.txt: exit code and output of each."""

import pathlib
import shutil
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).parent / "console"


def answers(options: list[str]) -> str:
    out = []
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(here, folder, dirs_exist_ok=True)
        subprocess.run(["terraform", "init"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        for line in (here / "inputs.txt").read_text().splitlines():
            text = line.replace("\\n", "\n") if line.startswith(("1\\n", "\\n")) else line
            ended = subprocess.run(
                ["terraform", "console", "-no-color", *options], cwd=folder, input=text + "\n", text=True,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )
            warning = "\nWarning: Due to the problems above"
            out.append(f"> {line}\n= {ended.returncode}\n{ended.stdout.split(warning)[0]}")
    return "".join(out)


if __name__ == "__main__":
    (here / "state.txt").write_text(answers([]))
    (here / "plan.txt").write_text(answers(["-plan", "-var=name=y"]))
    sys.exit(0)
