"""A local AWS for one worker."""

import json
import os
import pathlib
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

START = pathlib.Path(__file__).resolve().parents[1] / "aws/start"
REGION = "ap-northeast-1"


class Cloud:
    """A running local AWS; use it in a `with` statement."""

    def __init__(self, *arguments: str):
        self.folder = tempfile.TemporaryDirectory(prefix="wpinfra-aws-")
        self.errors = pathlib.Path(self.folder.name) / "stderr"
        port_file = pathlib.Path(self.folder.name) / "port"
        command = [START, "--port", "0", "--port-file", port_file, "--exit-with", str(os.getpid()), *arguments]
        with open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
        deadline = time.monotonic() + 300  # the first start installs moto
        while not port_file.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the local AWS did not start:\n{self.errors.read_text()}")
            time.sleep(0.05)
        self.url = f"http://127.0.0.1:{port_file.read_text()}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def control(self, method: str, path: str, body=None):
        """Sends a control request (see tests/aws/README.md) and returns its answer."""
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_cloud/{path}", data=content, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def reset(self) -> None:
        """Empties the cloud."""
        self.control("POST", "reset")

    def inventory(self) -> dict[str, list[str]]:
        """Returns what stands in the cloud."""
        return self.control("GET", "inventory")

    def environment(self) -> dict[str, str]:
        """Returns the environment of a program that is to work against this cloud."""
        return environment_for(self.url)


def environment_for(url: str) -> dict[str, str]:
    """Returns this process's environment with credentials and endpoint of a local AWS, and nobody else's settings."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TF_VAR_", "TF_CLI_ARGS", "TF_WORKSPACE"))}
    return own | {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
    }
