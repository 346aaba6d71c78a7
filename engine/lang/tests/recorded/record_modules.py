#!/usr/bin/env python3
"""Asks Terraform anew for the answers in versions.tsv and module_sources.tsv; the questions stay as they are.

Needs terraform, and hashicorp/aws 5.100.0 where TF_CLI_CONFIG_FILE says that providers are. Modules come from a registry that this
script is itself; nothing else is reached, so that what is to be fetched from elsewhere fails after Terraform has told its address.
"""

import http.server
import io
import json
import os
import pathlib
import re
import subprocess
import tarfile
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
# The list of the test in config/version.rs.
PUBLISHED = (
    "0.9.0 1.0.0 1.0.1 1.1.0 1.2.0-beta1 1.2.0 1.2.3 1.3.0-rc1 2.0.0-alpha 2.0.0 2.1.0+b1 3.0.0.1 4.0.0-a.b 4.0.0-a.1 10.0.0"
).split()
# How the addresses begin that we can fetch too.
SUPPORTED = ("git::", "http://", "https://", "file://")


class Registry(http.server.BaseHTTPRequestHandler):
    """Has every module in all versions of the list."""

    def do_GET(self):
        """Answers as a registry does, and as the server of its archives."""
        if self.path.endswith("/versions"):
            versions = [{"version": version} for version in PUBLISHED]
            self.answer(200, json.dumps({"modules": [{"versions": versions}]}).encode())
        elif self.path.endswith("/download"):
            self.answer(204, b"", {"X-Terraform-Get": "/module.tar.gz"})
        else:
            packed = io.BytesIO()
            with tarfile.open(fileobj=packed, mode="w:gz") as archive:
                archive.addfile(tarfile.TarInfo("main.tf"))
            self.answer(200, packed.getvalue())

    def answer(self, status, body, headers=None):
        """Sends an answer."""
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing."""


def terraform(configuration, command, settings):
    """Returns whether the command succeeds, what it says, and the manifest of modules."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "foo/bar").mkdir(parents=True)
        (path / "foo/bar/main.tf").touch()
        (path / "main.tf").write_text(configuration)
        variables = {**os.environ, "TF_CLI_CONFIG_FILE": settings, "GIT_TERMINAL_PROMPT": "0"}
        ended = subprocess.run(
            ["terraform", *command, "-no-color"], cwd=folder, env=variables, capture_output=True, text=True, check=False
        )
        manifest = path / ".terraform/modules/modules.json"
        modules = json.loads(manifest.read_text())["Modules"] if manifest.exists() else []
        return ended.returncode == 0, ended.stdout + ended.stderr, {module["Key"]: module for module in modules}


def call(source, version):
    """Returns a module call."""
    line = f"  version = {json.dumps(version)}\n" if version is not None else ""
    return f'module "a" {{\n  source = {json.dumps(source)}\n{line}}}\n'


def version_answers(constraint, settings):
    """Returns what a module, required_version and a provider make of a constraint."""
    ended, said, modules = terraform(call("reg.test/acme/word/test", constraint), ["get"], settings)
    chosen = modules["a"]["Version"] if ended else "none" if "Unresolvable" in said else "invalid"
    ended, said, _ = terraform(f"terraform {{\n  required_version = {json.dumps(constraint)}\n}}\n", ["get"], settings)
    core = "yes" if ended else "no" if "Unsupported Terraform Core version" in said else "invalid"
    entry = f'aws = {{\n      source  = "hashicorp/aws"\n      version = {json.dumps(constraint)}\n    }}'
    provider = f"terraform {{\n  required_providers {{\n    {entry}\n  }}\n}}\n"
    ended, said, _ = terraform(provider, ["init", "-backend=false"], settings)
    return [chosen, core, "yes" if ended else "invalid" if "nvalid version constraint" in said else "no"]


def source_answer(source, version, settings):
    """Returns what Terraform makes of a source."""
    ended, said, modules = terraform(call(source, version or None), ["get"], settings)
    if "nvalid module source address" in said or "nvalid registry module source" in said:
        return "error"
    downloading = re.search(r"Downloading (.*) for a\.\.\.", said)
    if downloading:
        return downloading[1] if downloading[1].startswith(SUPPORTED) else "unsupported"
    if "rror accessing remote module registry" in said:
        return "registry"
    return modules["a"]["Source"] if ended else source


def rewrite(name, answers):
    """Replaces the answers of a file; comments and questions stay."""
    path = HERE / name
    lines = []
    for line in path.read_text().splitlines():
        lines.append(line if line.startswith("#") else "\t".join(answers(line.split("\t"))))
    path.write_text("\n".join(lines) + "\n")


def main():
    """Records both files."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        given = os.environ.get("TF_CLI_CONFIG_FILE")
        settings = pathlib.Path(folder) / "settings.tfrc"
        address = f"http://127.0.0.1:{server.server_port}/v1/"
        host = f'host "reg.test" {{\n  services = {{ "modules.v1" = "{address}" }}\n}}\n'
        settings.write_text((pathlib.Path(given).read_text() if given else "") + host)
        rewrite("versions.tsv", lambda row: [row[0], *version_answers(json.loads(row[0]), str(settings))])
        rewrite("module_sources.tsv", lambda row: [row[0], row[1], source_answer(row[0], row[1], str(settings))])


if __name__ == "__main__":
    main()
