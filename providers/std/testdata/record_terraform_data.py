"""Asks terraform what it plans and records for terraform_data, step by step, and prints the answers as JSON.

    python3 record_terraform_data.py > terraform_data.json
"""
import json, os, pathlib, subprocess, tempfile
CASES = {
 "empty": ['', ''],
 "string input": ['input = "a"', 'input = "a"', 'input = "b"', ''],
 "null then value": ['input = null', 'input = "a"', 'input = null'],
 "typed null": ['input = tostring(null)', 'input = tostring(null)', 'input = tonumber(null)', 'input = "x"'],
 "type change": ['input = 1', 'input = "1"', 'input = [1]', 'input = tolist([1])', 'input = toset([1])'],
 "object input": ['input = {a = 1, b = [true, null]}', 'input = {a = 1, b = [true, null]}', 'input = {a = 1, b = [true, "x"]}'],
 "triggers": ['triggers_replace = "a"', 'triggers_replace = "a"', 'triggers_replace = "b"', ''],
 "triggers with input": ['input = "i"\n triggers_replace = ["a"]', 'input = "i"\n triggers_replace = ["b"]', 'input = "j"\n triggers_replace = ["c"]', 'input = "j"'],
 "trigger added": ['input = "i"', 'input = "i"\n triggers_replace = {k = 1}', 'input = "i"\n triggers_replace = null'],
 "unknown input": ['input = terraform_data.u.id', 'input = terraform_data.u.id'],
 "unknown input later": ['input = "a"', 'input = terraform_data.u.id'],
 "unknown typed": ['input = [terraform_data.u.id]\n triggers_replace = terraform_data.u.output', 'input = "x"'],
 "unknown trigger later": ['input = "a"\n triggers_replace = "t"', 'input = "a"\n triggers_replace = terraform_data.u.id'],
 "partly unknown input": ['input = {a = "x"}', 'input = {a = "x", b = terraform_data.u.id}'],
 "sensitive": ['input = sensitive("s")', 'input = "s"', 'input = sensitive("t")'],
}


def run(folder, *args):
    env = dict(os.environ, CHECKPOINT_DISABLE="1")
    done = subprocess.run(["terraform", *args], cwd=folder, env=env, capture_output=True, text=True)
    if done.returncode: raise SystemExit(done.stdout + done.stderr)
    return done.stdout


def record(name, steps):
    with tempfile.TemporaryDirectory() as folder:
        out, first = [], True
        for step in steps:
            upstream = 'resource "terraform_data" "u" {\n input = "u"\n}\n' if "terraform_data.u" in step else ""
            pathlib.Path(folder, "main.tf").write_text(upstream + 'resource "terraform_data" "t" {\n ' + step + '\n}\n')
            if first: run(folder, "init", "-input=false")
            first = False
            run(folder, "plan", "-out=p", "-input=false")
            plan = json.loads(run(folder, "show", "-json", "p"))
            change = [c["change"] for c in plan["resource_changes"] if c["address"] == "terraform_data.t"][0]
            run(folder, "apply", "-input=false", "p")
            state = json.loads(pathlib.Path(folder, "terraform.tfstate").read_text())
            attributes = [r["instances"][0] for r in state["resources"] if r["name"] == "t"][0]["attributes"]
            keep = ["actions", "replace_paths", "after", "after_unknown", "after_sensitive"]
            out.append({"config": step, "change": {k: change.get(k) for k in keep}, "state": attributes})
        return {"name": name, "steps": out}


def main():
    print("[")
    for case, (name, steps) in enumerate(CASES.items()):
        print(f' {{"name": {json.dumps(name)}, "steps": [')
        recorded = record(name, steps)["steps"]
        print(",\n".join("  " + json.dumps(step) for step in recorded))
        print(" ]}" + ("," if case + 1 < len(CASES) else ""))
    print("]")


main()
