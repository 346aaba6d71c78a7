#!/usr/bin/env python3
"""Records anew what `terraform fmt` says and does: engine/cli/tests/recorded/fmt.py

`fmt.txt` holds first the files that every command finds, as "== path" and their text ("␍", "␉" and "␄" as in the recorded
layouts), then the commands: "$ fmt …", with "< path" at the end for a file as the standard input. After each stand its
output ("> " before each line), the places of errors ("! path:line", or "!" for an error without one), the files that are
not as before ("~ path"), and the exit code.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PATH = pathlib.Path(__file__).with_suffix(".txt")


def build(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.replace("␄\n", "").replace("␍", "\r").replace("␉", "\t").encode("utf-8"))


def answer(command, files):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        build(folder, files)
        before = {path: (folder / path).read_bytes() for path in files}
        words, _, source = command.partition(" < ")
        given = before[source] if source else b""
        run = subprocess.run(["terraform", *words.split()], cwd=folder, input=given, capture_output=True)
        out = [f"> {line}" for line in run.stdout.decode("utf-8").replace("\r", "␍").replace("\t", "␉").splitlines()]
        error = run.stderr.decode("utf-8")
        places = re.findall(r"on (\S+) line (\d+)", error)
        out += [f"! {path}:{line}" for path, line in places] if places else ["!"] * bool(error)
        out += [f"~ {path}" for path in files if (folder / path).read_bytes() != before[path]]
        return [*out, f"= {run.returncode}"]


def main():
    if not shutil.which("terraform"):
        sys.exit("terraform is not on the PATH")
    files, commands = {}, []
    for line in PATH.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith("== "):
            files[line[3:].strip()] = ""
        elif line.startswith("$ "):
            commands.append(line[2:].strip())
        elif not commands:
            files[list(files)[-1]] += line
    out = "".join(f"== {name}\n{text}" for name, text in files.items())
    for command in commands:
        out += "\n".join([f"$ {command}", *answer(command, files)]) + "\n"
    PATH.write_text(out, encoding="utf-8")
    print(f"{len(commands)} commands")


if __name__ == "__main__":
    main()
