#!/usr/bin/env python3
"""Asks `terraform console` for the value of every expression in functions.txt and writes its answers there.

    record.py [FILE] [--new]

A line that begins with "> " is an expression; what follows up to the next one is what terraform prints, or "error".
With --new only expressions without an answer are asked. Terraform 1.11 must be on the PATH; for the functions of the aws
provider TF_MIRROR must name a folder of provider plugins, or be found beside the terraform binary.
The files that expressions read are in FILES, which tests/functions.rs knows too.
"""
import concurrent.futures
import os
import pathlib
import queue
import shutil
import subprocess
import sys
import tempfile

WORKERS = 2
FILES = {
    "d/a.txt": b"hello",
    "d/b.md": b"x",
    "d/sub/c.txt": b"y",
    "d/sub/deep/e.txt": b"z",
    "d/.hid/f.txt": b"h",
    "d/.dot": b"h",
    "d/bin": b"\xff\xfe",
}
MAIN = """
terraform {
  required_providers {
    terraform = { source = "terraform.io/builtin/terraform" }
    %s
  }
}
resource "terraform_data" "x" {
  input = "a"
}
locals {
  unknown = terraform_data.x.output
}
"""


def mirror():
    if "TF_MIRROR" in os.environ:
        return os.environ["TF_MIRROR"]
    binary = pathlib.Path(shutil.which("terraform") or sys.exit("terraform is not on the PATH")).resolve()
    found = sorted(p.parent for up in binary.parents for p in up.glob("opt/*/registry.terraform.io"))
    return str(found[0]) if found else sys.exit("no folder of provider plugins found: set TF_MIRROR")


def prepare(folder, env, aws):
    folder.mkdir()
    (folder / "main.tf").write_text(MAIN % ('aws = { source = "hashicorp/aws" }' if aws else ""))
    for name, content in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    subprocess.run(["terraform", "init", "-no-color"], cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL)


def ask(expression, folder, env):
    done = subprocess.run(["terraform", "console", "-no-color"], input=expression + "\n", cwd=folder, env=env,
                          capture_output=True, text=True)
    if done.returncode != 0:
        return "error"
    return done.stdout.removesuffix("\n").replace(str(folder), "/module")


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    table = pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).with_name("functions.txt")
    cases, comments = [], []
    for line in table.read_text().split("\n"):
        if line.startswith("> "):
            cases.append([line[2:], []])
        elif cases:
            cases[-1][1].append(line)
        else:
            comments.append(line)
    if cases:
        cases[-1][1] = cases[-1][1][:-1]
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        rc = work / "terraformrc"
        rc.write_text('provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' % mirror())
        env = dict(os.environ, CHECKPOINT_DISABLE="1", TF_CLI_CONFIG_FILE=str(rc), HOME="/home/user")
        # Terraform locks the folder that it runs in, so that each worker needs its own.
        folders = queue.SimpleQueue()
        for worker in range(WORKERS):
            prepare(work / f"plain{worker}", env, False)
            prepare(work / f"aws{worker}", env, True)
            folders.put(worker)

        def answer(case):
            expression, known = case
            if "--new" in sys.argv and "\n".join(known).strip():
                return "\n".join(known)
            worker = folders.get()
            try:
                return ask(expression, work / f"{'aws' if 'provider::aws' in expression else 'plain'}{worker}", env)
            finally:
                folders.put(worker)

        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            answers = list(pool.map(answer, cases))
    out = comments[:]
    for (expression, _), result in zip(cases, answers):
        out += ["> " + expression, result]
    table.write_text("\n".join(out) + "\n")
    print(f"{len(cases)} expressions, {answers.count('error')} of them errors")


if __name__ == "__main__":
    main()
