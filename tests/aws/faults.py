"""Faults on demand: rules that hit chosen calls, in order, a chosen number of times."""

import os
import re
import signal
from dataclasses import dataclass

KINDS = {
    "throttle": "the service's throttling error; the call is not executed",
    "error500": "the service's internal error; the call is not executed",
    "error": "the error that the rule gives as code, status (400) and message; the call is not executed",
    "deny": "the service's access denied error; the call is not executed",
    "expired": "the service's error for expired credentials; the call is not executed",
    "drop_before": "the connection is cut; the call is not executed",
    "drop_after": "the call is executed, its answer is lost",
    "hang": "no answer for `seconds` (30), then the connection is cut; the call is not executed",
    "kill_before": "the process is killed; the call is not executed",
    "kill": "the call is executed, then the process is killed",
}
ANSWERED = {"throttle", "error500", "error", "deny", "expired"}


@dataclass
class Rule:
    """One rule of POST /_cloud/faults."""

    action: str  # regular expression, searched in "service:Action"
    kind: str
    times: int = 1  # how many calls it hits; -1 is all
    after: int = 0  # how many matching calls it lets pass first
    pid: int | None = None
    pid_file: str | None = None
    code: str = "InvalidRequest"
    status: int = 400
    message: str | None = None
    seconds: float = 30
    seen: int = 0
    hits: int = 0

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of fault {self.kind!r}; known are {', '.join(KINDS)}")
        if self.kind.startswith("kill") and self.pid is None and self.pid_file is None:
            raise ValueError(f"a fault of kind {self.kind} needs a pid or a pid_file")
        re.compile(self.action)

    def strikes(self, name: str) -> bool:
        """Returns whether this call is hit, and counts it."""
        if not re.search(self.action, name):
            return False
        self.seen += 1
        if self.seen <= self.after or 0 <= self.times <= self.hits:
            return False
        self.hits += 1
        return True

    def kill(self) -> None:
        """Sends SIGKILL to the rule's process; one that is gone already is no error."""
        pid = self.pid
        if pid is None:
            with open(self.pid_file, encoding="ascii") as file:
                pid = int(file.read())
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
