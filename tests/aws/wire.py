"""What a request asks for, and how each AWS protocol says no.

Nothing in here knows moto: it reads the request as an AWS front end would.
"""

import functools
import json
import re
import uuid
from dataclasses import dataclass, field
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

CREDENTIAL = re.compile(r"Credential=[^/\s]+/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")

# Signing names that differ from the folder name of the API model.
MODEL_NAMES = {"elasticfilesystem": "efs", "elasticloadbalancing": "elbv2", "monitoring": "cloudwatch"}

# The services with a REST protocol that speaks XML.
REST_XML = {"s3", "route53", "cloudfront"}


@dataclass
class Request:
    """One HTTP request, read once."""

    method: str
    path: str
    query: str
    headers: dict[str, str]  # names in lower case
    body: bytes
    service: str = field(init=False)
    region: str = field(init=False)
    protocol: str = field(init=False)  # ec2, query, json-1.0, json-1.1, rest-json or rest-xml
    action: str = field(init=False)

    def __post_init__(self):
        signed = CREDENTIAL.search(self.headers.get("authorization", ""))
        self.service = signed["service"] if signed else "unsigned"
        self.region = signed["region"] if signed else "us-east-1"
        content_type = self.headers.get("content-type", "")
        target = self.headers.get("x-amz-target")
        if target:
            self.protocol = "json-1.0" if "json-1.0" in content_type else "json-1.1"
            self.action = target.rsplit(".", 1)[-1]
        elif "x-www-form-urlencoded" in content_type:
            self.protocol = "ec2" if self.service == "ec2" else "query"
            self.action = dict(parse_qsl(self.body.decode("utf-8", "replace"))).get("Action", "?")
        else:
            self.protocol = "rest-xml" if self.service in REST_XML else "rest-json"
            self.action = rest_action(self.service, self.method, self.path)

    @property
    def name(self) -> str:
        """Returns the call as `service:Action`, the spelling of IAM policies."""
        return f"{self.service}:{self.action}"


@functools.cache
def rest_operations(service: str) -> tuple[tuple[str, re.Pattern, str], ...]:
    """Returns (method, path, action) of a REST service, the longest paths first."""
    import botocore.session

    name = MODEL_NAMES.get(service, service)
    session = botocore.session.get_session()
    if name not in session.get_available_services():
        return ()
    model = session.get_service_model(name)
    found = []
    for action in model.operation_names:
        http = model.operation_model(action).http
        template = http["requestUri"].split("?")[0].rstrip("/")
        parts = re.split(r"(\{[^}]+\})", template)
        pattern = "".join((".+" if p.endswith("+}") else "[^/]+") if p.startswith("{") else re.escape(p) for p in parts)
        found.append((http["method"], re.compile(pattern + "/?"), action, len(template)))
    return tuple((m, p, a) for m, p, a, _ in sorted(found, key=lambda row: -row[3]))


def rest_action(service: str, method: str, path: str) -> str:
    """Returns the name of the REST call, or `METHOD /path` where no API model knows it."""
    for verb, pattern, action in rest_operations(service):
        if verb == method and pattern.fullmatch(path):
            return action
    return f"{method} {path}"


@dataclass
class Answer:
    """One HTTP response."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


# For each fault: status and code, by protocol. The messages are the ones that AWS gives.
REFUSALS = {
    "throttle": {
        "message": "Rate exceeded",
        "ec2": (503, "RequestLimitExceeded"),
        "query": (400, "Throttling"),
        "json-1.0": (400, "ThrottlingException"),
        "json-1.1": (400, "ThrottlingException"),
        "rest-json": (429, "ThrottlingException"),
        "rest-xml": (503, "SlowDown"),
    },
    "error500": {
        "message": "An internal error has occurred",
        "ec2": (500, "InternalError"),
        "query": (500, "InternalFailure"),
        "json-1.0": (500, "ServerException"),
        "json-1.1": (500, "ServerException"),
        "rest-json": (500, "InternalServerError"),
        "rest-xml": (500, "InternalError"),
    },
    "deny": {
        "message": "You are not authorized to perform this operation.",
        "ec2": (403, "UnauthorizedOperation"),
        "query": (403, "AccessDenied"),
        "json-1.0": (400, "AccessDeniedException"),
        "json-1.1": (400, "AccessDeniedException"),
        "rest-json": (403, "AccessDeniedException"),
        "rest-xml": (403, "AccessDenied"),
    },
    "expired": {
        "message": "The security token included in the request is expired",
        "ec2": (400, "RequestExpired"),
        "query": (403, "ExpiredToken"),
        "json-1.0": (400, "ExpiredTokenException"),
        "json-1.1": (400, "ExpiredTokenException"),
        "rest-json": (403, "ExpiredTokenException"),
        "rest-xml": (403, "ExpiredToken"),
    },
}


def refusal(request: Request, kind: str, message: str | None = None) -> Answer:
    """Returns the answer that the request's service gives for a kind of `REFUSALS`."""
    row = REFUSALS[kind]
    status, code = row[request.protocol]
    if message is None:
        message = row["message"]
        if kind == "deny":
            message = f"User: arn:aws:iam::123456789012:user/test is not authorized to perform: {request.name}"
    return error(request, status, code, message)


def error(request: Request, status: int, code: str, message: str) -> Answer:
    """Returns an error in the wire format of the request's protocol, with a request id."""
    request_id = str(uuid.uuid4())
    headers = [("x-amzn-RequestId", request_id)]
    if request.protocol == "ec2":
        text = (
            f"<Response><Errors><Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>"
        )
        headers.append(("Content-Type", "text/xml;charset=UTF-8"))
    elif request.protocol in ("query", "rest-xml"):
        side = "Receiver" if status >= 500 else "Sender"
        text = (
            f"<ErrorResponse><Error><Type>{side}</Type><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        headers.append(("Content-Type", "text/xml"))
    elif request.protocol == "rest-json":
        text = json.dumps({"ErrorCode": code, "Message": message, "message": message})
        headers += [("Content-Type", "application/json"), ("x-amzn-ErrorType", code)]
    else:
        text = json.dumps({"__type": code, "message": message})
        headers.append(("Content-Type", f"application/x-amz-{request.protocol}"))
    return Answer(status, headers, text.encode())
