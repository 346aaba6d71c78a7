"""Runs one case through a program that has Terraform's command line, and observes what it does."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field

from .cloud import Cloud
from .comparable import Names, Replacement
from .documents import instances, managed_changes, observed_change

CONFIGS = pathlib.Path(__file__).resolve().parents[2] / "configs"
LEFT_OUT = shutil.ignore_patterns("step[0-9]*", "expected", "expected.json", "case.json", "demo", ".terraform*", "*.tfstate*", "__pycache__")


@dataclass
class Case:
    """A folder of tests/cases, or one of tests/variants, which is laid over the configuration of the same name."""

    folder: pathlib.Path
    variables: dict = field(default_factory=dict)
    ignore: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, folder: pathlib.Path) -> "Case":
        """Reads case.json, where there is one."""
        settings = folder / "case.json"
        if not settings.exists():
            return cls(folder)
        content = json.loads(settings.read_text())
        unknown = set(content) - {"vars", "ignore", "about"}
        if unknown:
            raise ValueError(f"{settings}: unknown keys {sorted(unknown)}")
        return cls(folder, content.get("vars", {}), content.get("ignore", []))

    @property
    def layers(self) -> list[pathlib.Path]:
        """Returns the folders that make up the first step."""
        base = [CONFIGS / self.folder.name] if self.folder.parent.name == "variants" else []
        return [*base, self.folder]

    @property
    def overlays(self) -> list[pathlib.Path]:
        """Returns the folders of the second and later steps in order."""
        return sorted(p for p in self.folder.glob("step[0-9]*") if p.is_dir())

    @property
    def arguments(self) -> list[str]:
        """Returns the -var flags of the case."""
        return [f"-var={name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in self.variables.items()]


class Failed(Exception):
    """The program did not do what every case expects of it."""


class Program:
    """The program under test, at work in a folder of its own."""

    def __init__(self, binary: str, folder: pathlib.Path, environment: dict[str, str], timeout_s: float = 1200):
        self.binary, self.folder, self.environment, self.timeout_s = binary, folder, environment, timeout_s
        self.needs_init = pathlib.Path(binary).name in ("terraform", "tofu")

    def run(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess:
        """Runs a command; raises `Failed` with its output for any other exit code."""
        try:
            done = subprocess.run(
                [self.binary, *arguments],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=self.timeout_s,
            )
        except subprocess.TimeoutExpired as problem:
            raise Failed(f"`{' '.join(arguments)}` did not end within {self.timeout_s} s") from problem
        if done.returncode not in codes:
            output = (done.stderr.strip() or done.stdout.strip())[-3000:]
            raise Failed(f"`{' '.join(arguments)}` exits {done.returncode}:\n{output}")
        return done

    def plan(self, *arguments: str) -> dict:
        """Plans, and returns the plan as `show -json` gives it."""
        self.run("plan", "-input=false", "-no-color", "-out=case.tfplan", *arguments)
        return json.loads(self.run("show", "-json", "case.tfplan").stdout)

    def plan_again(self, *arguments: str) -> dict:
        """Plans after an apply; returns the plan, which is empty without a look at it if the program says so."""
        done = self.run("plan", "-input=false", "-no-color", "-detailed-exitcode", "-out=case.tfplan", *arguments, codes=(0, 2))
        return json.loads(self.run("show", "-json", "case.tfplan").stdout) if done.returncode else {}

    def init(self) -> None:
        """Fetches providers and modules, for a program that needs it."""
        if self.needs_init:
            # With a development override in its CLI configuration, Terraform has its providers, and init would look for them.
            self.run("get" if os.environ.get("WPINFRA_TEST_NO_INIT") else "init", "-no-color")

    def state(self) -> dict:
        """Returns the state file."""
        path = self.folder / "terraform.tfstate"
        return json.loads(path.read_text()) if path.exists() else {"resources": [], "outputs": {}}


def observe(case: Case, binary: str, cloud: Cloud, timeout_s: float = 1200) -> list[dict]:
    """Runs all steps of a case and returns one comparable observation for each.

    Afterwards the case is destroyed, and nothing may stand in the cloud. Raises `Failed` where the program does not get
    that far. The cloud is emptied first.
    """
    cloud.reset()
    with tempfile.TemporaryDirectory(prefix=f"wpinfra-case-{case.folder.name}-") as temporary:
        folder = pathlib.Path(temporary) / "work"
        for layer in case.layers:
            shutil.copytree(layer, folder, ignore=LEFT_OUT, dirs_exist_ok=True)
        program = Program(binary, folder, cloud.environment(), timeout_s)
        names, observations = Names(), []
        for step, overlay in enumerate([None, *case.overlays], start=1):
            if overlay:
                shutil.copytree(overlay, folder, dirs_exist_ok=True)
            try:
                observations.append(observe_step(program, case, names))
            except Failed as problem:
                raise Failed(f"step {step}: {problem}") from problem
        program.run("destroy", "-input=false", "-no-color", "-auto-approve", *case.arguments)
        if left := cloud.inventory():
            raise Failed(f"destroy leaves {json.dumps(left)}")
    return observations


def observe_step(program: Program, case: Case, names: Names) -> dict:
    """Plans, applies and plans again; returns what was seen."""
    program.init()
    plan = program.plan(*case.arguments)
    before = names.of_state(instances(program.state()))
    program.run("apply", "-input=false", "-no-color", "-auto-approve", "case.tfplan")
    state = program.state()
    changes = managed_changes(plan)
    names.learn(changes)
    after = names.of_state(instances(state))
    # What a plan knows of made-up values comes from the state before, or from a data source that it has just read.
    known = Replacement(after.names | before.names)
    again = program.plan_again(*case.arguments)
    return {
        "plan": {key: known.replace_in(observed_change(change)) for key, change in changes},
        "outputs": {
            name: known.replace_in({part: change.get(part) for part in ("actions", "after", "after_unknown")})
            for name, change in sorted(plan.get("output_changes", {}).items())
        },
        "state": {key: after.replace_in(attributes) for key, attributes in instances(state)},
        "state_outputs": {name: after.replace_in(output["value"]) for name, output in sorted(state.get("outputs", {}).items())},
        "again": {key: change["actions"] for key, change in managed_changes(again)},
    }
