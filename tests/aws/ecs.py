"""What moto leaves out of an ECS service: settings that it takes without a word and never shows again.

AWS shows each of them, with its default where nobody has set it. Without them a service would seem to need the same update
for ever.
"""

import json

CREATE, UPDATE, DESCRIBE = "ecs:CreateService", "ecs:UpdateService", "ecs:DescribeServices"

# Settings and their defaults; `None` is shown only once it has been set.
SETTINGS = {
    "availabilityZoneRebalancing": "DISABLED",
    "capacityProviderStrategy": None,
    "deploymentConfiguration": {"maximumPercent": 200, "minimumHealthyPercent": 100},
    "enableECSManagedTags": False,
    "enableExecuteCommand": False,
    "healthCheckGracePeriodSeconds": None,
    "placementConstraints": [],
    "placementStrategy": [],
}


def complete(name: str, asked: bytes, answered: bytes, services) -> bytes:
    """Returns the answer to a call on services with all settings in it; `services` are moto's own objects by ARN."""
    if name not in (CREATE, UPDATE, DESCRIBE):
        return answered
    document = json.loads(answered)
    if name in (CREATE, UPDATE) and "service" in document:
        service = services[document["service"]["serviceArn"]]
        request = json.loads(asked)
        changed = {key: request[key] for key in SETTINGS if request.get(key) is not None}
        deployment = SETTINGS["deploymentConfiguration"] | settings(service).get("deploymentConfiguration", {})
        if "deploymentConfiguration" in changed:
            changed["deploymentConfiguration"] = deployment | changed["deploymentConfiguration"]
        service._settings = settings(service) | changed
    for shown in document.get("services", [document.get("service", {})]):
        service = services.get(shown.get("serviceArn"))
        if service is not None:
            defaults = {key: default for key, default in SETTINGS.items() if default is not None}
            shown.update(defaults | settings(service))
            if not (shown.get("networkConfiguration") or {}).get("awsvpcConfiguration"):
                shown.pop("networkConfiguration", None)  # AWS shows no empty one
    return json.dumps(document).encode()


def settings(service) -> dict:
    """Returns what has been set on a service since it was made."""
    return getattr(service, "_settings", {})
