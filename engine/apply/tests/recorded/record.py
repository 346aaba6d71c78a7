#!/usr/bin/env python3
"""Lets Terraform write the state files of this folder anew. Needs terraform 1.11 on the PATH, and no provider.

    engine/apply/tests/recorded/record.py

many-kinds.tfstate has one of everything that a state file can hold without a remote service; deposed.tfstate is what a
replacement leaves whose creation failed halfway.
"""

import pathlib
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

MANY_KINDS = {
    "main.tf": """
variable "secret" {
  type      = string
  default   = "hidden"
  sensitive = true
}
resource "terraform_data" "one" {
  input = { text = "<a> & \\"b\\"\\n\\u2028", number = 12345678901234567890.125, none = null, list = [1, true, "x"] }
}
resource "terraform_data" "counted" {
  count            = 2
  input            = terraform_data.one.output.number + count.index
  triggers_replace = [terraform_data.one.id]
}
resource "terraform_data" "keyed" {
  for_each = toset(["a", "b.c", "d\\"e"])
  input    = each.key
}
resource "terraform_data" "secret" {
  input = { password = var.secret, name = "open" }
}
resource "terraform_data" "bad" {
  input = "made, then tainted"
  provisioner "local-exec" {
    command = "exit 1"
  }
}
data "terraform_remote_state" "other" {
  backend  = "local"
  config   = { path = "${path.module}/other.tfstate" }
  defaults = { name = "default" }
}
module "inner" {
  for_each = { x = 1, y = 2 }
  source   = "./inner"
  value    = each.value
}
check "number" {
  assert {
    condition     = terraform_data.one.output.number > 1
    error_message = "Too small."
  }
}
output "text" {
  value = "x"
  precondition {
    condition     = var.secret != ""
    error_message = "Empty."
  }
}
output "secret" {
  value     = var.secret
  sensitive = true
}
output "structure" {
  value = { list = tolist(["a"]), set = toset([1]), tuple = [1, "x", null], map = tomap({ a = true }), object = { a = {} } }
}
""",
    "other.tfstate": '{"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "other", "outputs": {}, "resources": []}',
    "inner/main.tf": """
variable "value" {
  type = number
}
resource "terraform_data" "it" {
  input = var.value
}
output "value" {
  value = terraform_data.it.output
}
""",
}

DEPOSED = {
    "main.tf": """
variable "generation" {
  default = 1
}
resource "terraform_data" "cbd" {
  triggers_replace = var.generation
  lifecycle {
    create_before_destroy = true
  }
  provisioner "local-exec" {
    command = "test ${self.triggers_replace} = 1"
  }
}
""",
}


def record(name: str, files: dict[str, str], *applies: list[str]) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        subprocess.run(["terraform", "init", "-no-color"], cwd=folder, check=True, capture_output=True)
        for arguments in applies:
            # These applies fail on purpose: failing is what they record.
            subprocess.run(["terraform", "apply", "-auto-approve", "-no-color", *arguments], cwd=folder, capture_output=True)
        shutil.copyfile(folder / "terraform.tfstate", HERE / name)


if __name__ == "__main__":
    record("many-kinds.tfstate", MANY_KINDS, [])
    record("deposed.tfstate", DEPOSED, [], ["-var=generation=2"])
