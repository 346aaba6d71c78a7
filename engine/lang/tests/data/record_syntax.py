#!/usr/bin/env python3
"""Asks `terraform` which texts it accepts as a configuration, and for the value of `local.x` in them.

    record_syntax.py [FILE] [--new]

The file (syntax.txt) holds blocks of a line "> text" and the answer: "accepted", "rejected", or the value that `console` prints.
In the text \\n, \\r, \\t, \\0, \\\\ and \\u{…} stand for what they stand for in Rust. A text that contains "x =" at the start
of a line, or is an expression (begins with "= "), is asked for its value. With --new only texts without an answer are asked.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile


def unescaped(text):
    simple = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "\\": "\\"}
    return re.sub(r"\\(?:u\{([0-9a-fA-F]+)\}|(.))", lambda m: chr(int(m[1], 16)) if m[1] else simple[m[2]], text)


def configuration(text):
    """Returns the file that a line of the table stands for."""
    text = unescaped(text)
    return f"locals {{\n  x = {text[2:]}\n}}\n" if text.startswith("= ") else text


def ask(text):
    environment = {**os.environ, "TF_CLI_ARGS": "-no-color", "CHECKPOINT_DISABLE": "1"}
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "main.tf").write_bytes(configuration(text).encode())
        run = lambda *command, **more: subprocess.run(["terraform", *command], cwd=folder, env=environment, capture_output=True, text=True, **more)
        if not text.startswith("= "):
            return "accepted" if run("validate").returncode == 0 else "rejected"
        said = run("console", input="local.x\n")
        return said.stdout.strip("\n") if said.returncode == 0 and said.stderr.strip() == "" else "rejected"


def main():
    path = pathlib.Path(next((name for name in sys.argv[1:] if not name.startswith("-")), pathlib.Path(__file__).with_name("syntax.txt")))
    entries = []
    for line in path.read_text().splitlines():
        if line.startswith("> "):
            entries.append([line[2:], []])
        elif entries:
            entries[-1][1].append(line)
    asked = [entry for entry in entries if not (entry[1] and "--new" in sys.argv)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for entry, answer in zip(asked, pool.map(lambda entry: ask(entry[0]), asked)):
            entry[1] = answer.splitlines()
    path.write_text("".join("\n".join(["> " + text, *answer]) + "\n" for text, answer in entries))


if __name__ == "__main__":
    main()
