"""Makes two runs comparable: what the cloud made up by chance is replaced by the address that has it."""

import re

# Times and generated names need no map: one is as good as another.
TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
GENERATED_NAME = re.compile(r"(?<![0-9])20\d{16}[0-9a-f]{8}\b")  # what name_prefix and the like append

# A string that the cloud made up, in whole or in part.
MADE_UP = re.compile(
    r"""
    (?<![0-9a-zA-Z])[a-z]+-[0-9a-f]{8,40}\b            # vpc-0a1b2c3d4e5f60718
    | /[0-9a-f]{16}\b                                  # …:loadbalancer/app/name/0123456789abcdef
    | \b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b    # a UUID
    | ^(AROA|AIDA|ANPA|AKIA|AIPA)[0-9A-Z]{12,}$        # unique ids of IAM
    | ^db-[0-9A-Z]{20,}$                               # resource id of a database
    | ^(\d{1,3}\.){3}\d{1,3}$                          # an address
    | \b\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3}\b              # a DNS name made of one
    | ^[0-9a-f]{1,4}(:[0-9a-f]{0,4}){2,7}(/\d+)?$      # an IPv6 address or range
    """,
    re.VERBOSE,
)

# The same for places in lists, which may stand for sets and then have no order of their own.
MADE_UP_IN_LIST = re.compile(r"(?<![0-9a-zA-Z])[a-z]+-[0-9a-f]{8,40}\b")

# Where one value stands in several attributes, it is named after the resource whose own identity it is.
IDENTITIES = ("id", "arn", "allocation_id", "association_id")


class Replacement:
    """A map from made-up values to `<address.attribute>`."""

    def __init__(self, names: dict[str, str]):
        self.names = names
        longest_first = sorted(names, key=len, reverse=True)
        self.pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def replace_in(self, value):
        """Returns the value with every made-up part replaced, also inside longer strings."""
        if isinstance(value, dict):
            return {k: self.replace_in(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.replace_in(v) for v in value]
        if isinstance(value, str):
            named = self.pattern.sub(lambda match: self.names[match.group()], value)
            return GENERATED_NAME.sub("<generated>", TIME.sub("<time>", named))
        return value


class Names:
    """Knows, over the steps of a case, which attributes hold values that nobody chose.

    Made-up values are looked for only in attributes that were unknown in a plan, so that an address or id that somebody
    wrote into the configuration is compared as it stands; in data sources, everywhere.
    """

    def __init__(self):
        self.unknown: dict[str, set[str]] = {}

    def learn(self, changes: list[tuple[str, dict]]) -> None:
        """Takes note of what a plan does not know."""
        for address, change in changes:
            if change["actions"] != ["delete"]:
                found = self.unknown.setdefault(address, set())
                found.update(path for path, flag in flat(change.get("after_unknown") or {}) if flag is True)

    def of_state(self, state: list[tuple[str, dict]]) -> Replacement:
        """Returns the replacement for all made-up values in the instances of a state."""
        leaves = []
        for address, attributes in state:
            data = address.startswith("data.") or ".data." in address
            unknown = self.unknown.get(address.split(" (deposed")[0], set())
            for path, value in flat(attributes):
                bare = re.sub(r"\[\d+\]", "", path)
                made_up = MADE_UP if bare == path else MADE_UP_IN_LIST
                if isinstance(value, str) and made_up.search(value) and (data or covered(path, unknown)):
                    rank = IDENTITIES.index(path) if path in IDENTITIES else len(IDENTITIES)
                    leaves.append((bare != path, rank, data, address, bare, value))
        names: dict[str, str] = {}
        for *_, address, path, value in sorted(leaves):
            names.setdefault(value, f"<{address}.{path}>")
        return Replacement(names)


def covered(path: str, unknown: set[str]) -> bool:
    """Returns whether a path, or the value that it lies in, is among the unknown ones."""
    ends = [match.start() for match in re.finditer(r"[.\[]", path)] + [len(path)]
    return any(path[:end] in unknown for end in ends)


def flat(value, path: str = ""):
    """Yields (path, leaf) of a JSON value; empty containers are leaves."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from flat(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from flat(inner, f"{path}[{index}]")
    else:
        yield path, value
