#!/usr/bin/env python3
"""The local AWS: moto with a call log, latency, creating states, faults and an inventory.

Start it with tests/aws/start, which installs what it needs. Any AWS client reaches it with AWS_ENDPOINT_URL set to
http://127.0.0.1:PORT and any access key. README.md beside this file describes the control requests under /_cloud/.
"""

import argparse
import gc
import io
import json
import os
import socket
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

# moto reads these when it is imported.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")

from moto.backends import get_backend  # noqa: E402
from moto.core.base_backend import BackendDict  # noqa: E402
from moto.core.model_instances import reset_model_data  # noqa: E402
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402

import corrections  # noqa: E402
import ecs  # noqa: E402
import faults  # noqa: E402
import lifecycle  # noqa: E402
import wire  # noqa: E402
from inventory import ACCOUNT, Inventory  # noqa: E402

SERVICES = ("ec2", "rds", "elbv2", "efs", "ecs", "iam", "logs", "sts")
REGIONS = ("ap-northeast-1", "us-east-1")


class Dropped(Exception):
    """The client gets no answer: its connection is cut."""


class CallLog:
    """Counts every call that is not a control request; safe to use from many threads."""

    def __init__(self, path: str | None):
        self.lock = threading.Lock()
        self.file = open(path, "a", encoding="utf-8", buffering=1) if path else None
        self.in_flight = 0
        self.forget()

    def forget(self) -> None:
        """Starts counting at nothing; calls in flight stay in flight."""
        with self.lock:
            self.calls, self.by_action, self.max_in_flight = [], Counter(), self.in_flight

    def begin(self, name: str) -> float:
        """Notes that a call has come in; returns the time."""
        with self.lock:
            self.by_action[name] += 1
            self.in_flight += 1
            self.max_in_flight = max(self.max_in_flight, self.in_flight)
        return time.time()

    def end(self, name: str, began: float, status: str) -> None:
        """Notes how it went."""
        call = {"t": round(began, 4), "ms": round((time.time() - began) * 1000, 1), "call": name, "status": status}
        with self.lock:
            self.in_flight -= 1
            self.calls.append(call)
        if self.file:
            self.file.write(json.dumps(call) + "\n")

    def report(self, detail: bool) -> dict:
        """Returns the answer to GET /_cloud/calls."""
        with self.lock:
            report = {
                "total": sum(self.by_action.values()),
                "by_action": dict(sorted(self.by_action.items())),
                "max_in_flight": self.max_in_flight,
            }
            return report | {"calls": list(self.calls)} if detail else report


class Cloud:
    """moto, and what is put between it and the client."""

    def __init__(self, latency_ms: float = 0, lifecycle_s: float = 0, log: str | None = None):
        lifecycle.install()
        corrections.install()
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.moto_lock = threading.RLock()  # moto is not made for threads
        self.calls = CallLog(log)
        self.rules: list[faults.Rule] = []
        self.latency_s = latency_ms / 1000
        self.inventory = Inventory()
        lifecycle.Clock.seconds = lifecycle_s
        self.warm_up()

    def warm_up(self) -> None:
        """Loads what the first calls would otherwise wait for."""
        with self.moto_lock:
            for region in REGIONS:
                self.inventory.meet(region)
            for service in SERVICES:
                backends = get_backend(service)[ACCOUNT]
                backends["aws" if service in ("iam", "sts") else REGIONS[0]]

    def reset(self) -> None:
        """Forgets calls, faults and all resources; latency and lifecycle stay."""
        self.calls.forget()
        self.rules = []
        with self.moto_lock:
            BackendDict.reset()
            reset_model_data()
            self.inventory.forget()
            self.warm_up()

    # -- control

    def control(self, method: str, path: str, query: dict[str, str], body: bytes) -> wire.Answer:
        """Answers a request under /_cloud/."""
        try:
            answer = self.obey(f"{method} {path}", query, body)
        except (KeyError, TypeError, ValueError) as problem:
            return json_answer(400, {"error": f"{type(problem).__name__}: {problem}"})
        if answer is None:
            return json_answer(404, {"error": f"no control request {method} {path}; see tests/aws/README.md"})
        return json_answer(200, answer)

    def obey(self, request: str, query: dict[str, str], body: bytes) -> dict | list | None:
        """Does what a control request asks for; returns nothing if there is no such request."""
        match request:
            case "GET /_cloud/calls":
                return self.calls.report(detail=query.get("detail", "0") != "0")
            case "POST /_cloud/calls/reset":
                self.calls.forget()
            case "POST /_cloud/latency":
                self.latency_s = float(query["ms"]) / 1000
            case "POST /_cloud/lifecycle":
                lifecycle.Clock.seconds = float(query["s"])
            case "POST /_cloud/time":
                lifecycle.Clock.skipped += float(query["skip_s"])
            case "POST /_cloud/reset":
                self.reset()
            case "GET /_cloud/faults":
                return [vars(rule) for rule in self.rules]
            case "POST /_cloud/faults":
                self.rules = [faults.Rule(**rule) for rule in json.loads(body or b"[]")]
            case "GET /_cloud/inventory":
                with self.moto_lock:
                    return self.inventory.standing()
            case _:
                return None
        return {"ok": True}

    # -- calls

    def answer(self, request: wire.Request) -> wire.Answer:
        """Answers an AWS call; raises `Dropped` where there is to be no answer."""
        began = self.calls.begin(request.name)
        status = "dropped"
        try:
            with self.calls.lock:
                rule = next((r for r in self.rules if r.strikes(request.name)), None)
            if rule:
                status = f"fault:{rule.kind}"
            if self.latency_s:
                time.sleep(self.latency_s)
            answer = self.answer_with_fault(request, rule) if rule else self.execute(request)
            status = f"{answer.status} {status}" if rule else str(answer.status)
            return answer
        finally:
            self.calls.end(request.name, began, status)

    def answer_with_fault(self, request: wire.Request, rule: faults.Rule) -> wire.Answer:
        """Answers a call that a rule has hit."""
        match rule.kind:
            case "error":
                return wire.error(request, rule.status, rule.code, rule.message or "injected by the local AWS")
            case "hang":
                time.sleep(rule.seconds)
            case "drop_after":
                self.execute(request)
            case "kill":
                self.execute(request)
                rule.kill()
            case "kill_before":
                rule.kill()
            case "drop_before":
                pass
            case kind:
                return wire.refusal(request, kind, rule.message)
        raise Dropped

    def execute(self, request: wire.Request) -> wire.Answer:
        """Lets moto answer. What moto cannot do is answered 501, which no client repeats."""
        held = {}

        def start_response(status, headers, exc_info=None):
            held["status"], held["headers"] = int(status.split()[0]), headers

        with self.moto_lock:
            try:
                self.inventory.meet(request.region)
                ec2 = get_backend("ec2")[ACCOUNT][request.region]
                known_vpcs = set(ec2.vpcs)
                self.run_tasks(request)
                body = b"".join(self.moto(wsgi_environment(request), start_response))
            except Exception as problem:  # noqa: BLE001: whatever moto stumbles over, the client is to be told
                message = f"the local AWS cannot do {request.name}: {type(problem).__name__}: {problem}"
                print(message, file=sys.stderr, flush=True)
                return wire.error(request, 501, "NotImplemented", message)
            for vpc_id in set(ec2.vpcs) - known_vpcs:
                self.inventory.expect_companions(request.region, vpc_id)
            self.run_tasks(request)
            if request.service == "ecs" and held["status"] == 200:
                services = get_backend("ecs")[ACCOUNT][request.region].services.values()
                body = ecs.complete(request.name, request.body, body, {s.arn: s for s in services})
        headers = [(k, v) for k, v in held["headers"] if k.lower() not in ("content-length", "date", "server", "connection")]
        return wire.Answer(held["status"], headers, body)

    @staticmethod
    def run_tasks(request: wire.Request) -> None:
        """Brings the services of ECS up to date, before and after each of its calls."""
        if request.service == "ecs":
            lifecycle.run_tasks(get_backend("ecs")[ACCOUNT][request.region])


def json_answer(status: int, value) -> wire.Answer:
    """Returns a control answer."""
    return wire.Answer(status, [("Content-Type", "application/json")], json.dumps(value).encode() + b"\n")


def wsgi_environment(request: wire.Request) -> dict:
    """Returns what WSGI wants to know of a request."""
    environment = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(request.path, "latin-1"),
        "QUERY_STRING": request.query,
        "REQUEST_URI": request.path + (f"?{request.query}" if request.query else ""),
        "RAW_URI": request.path + (f"?{request.query}" if request.query else ""),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(request.body)),
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        if name not in ("content-type", "content-length"):
            environment["HTTP_" + name.upper().replace("-", "_")] = value
    return environment


class Connection(BaseHTTPRequestHandler):
    """One client connection; it is kept alive, as AWS does."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one packet for headers and body
    cloud: Cloud

    def serve(self) -> None:
        """Answers one request."""
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if url.path.startswith("/_cloud/"):
            answer = self.cloud.control(self.command, url.path, dict(parse_qsl(url.query)), body)
        else:
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                answer = self.cloud.answer(wire.Request(self.command, url.path, url.query, headers, body))
            except Dropped:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = serve

    def log_message(self, *_):
        """Says nothing: the call log has it."""


class Server(ThreadingHTTPServer):
    """Listens on 127.0.0.1 only."""

    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        """A client that went away is no news; anything else is."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def start_time(pid: int) -> str | None:
    """Returns when a process was started (its identity beside the pid), or nothing if it is dead or a zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rsplit(")", 1)[1].split()
    except FileNotFoundError:
        if os.path.isdir("/proc/self"):
            return None
        try:  # not Linux
            os.kill(pid, 0)
        except ProcessLookupError:
            return None
        return "running"
    return None if fields[0] in "ZX" else fields[19]


def exit_with(pid: int) -> None:
    """Ends this program as soon as the process is dead."""
    first = start_time(pid)

    def watch():
        while first is not None and start_time(pid) == first:
            time.sleep(0.25)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=5600, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--port-file", help="file that gets the port as soon as calls are answered")
    parser.add_argument("--log", help="file that gets one JSON line for each call")
    parser.add_argument("--latency-ms", type=float, default=0, help="how long every call takes at least")
    parser.add_argument("--lifecycle-s", type=float, default=0, help="how long each new resource stays in its creating state")
    parser.add_argument("--exit-with", type=int, metavar="PID", help="end when this process ends")
    options = parser.parse_args()
    if options.exit_with:
        exit_with(options.exit_with)
    Connection.cloud = Cloud(options.latency_ms, options.lifecycle_s, options.log)
    server = Server(("127.0.0.1", options.port), Connection)
    gc.freeze()  # what is loaded now stays: no need to look through it again and again
    port = server.server_address[1]
    if options.port_file:
        with open(options.port_file + ".new", "w", encoding="ascii") as file:
            file.write(str(port))
        os.replace(options.port_file + ".new", options.port_file)
    print(f"the local AWS answers on http://127.0.0.1:{port}", flush=True)
    try:
        server.serve_forever(poll_interval=0.1)
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
