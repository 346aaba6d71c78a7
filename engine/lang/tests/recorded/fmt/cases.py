"""Texts with what `terraform fmt` makes of them, as they stand in the files beside this one, and Terraform itself.

    === name                     of a .tf file, or with another ending of its own
    the text
    --- terraform                or "--- unchanged", or "--- refused" for an error in the syntax
    what Terraform makes of it
    --- again                    if a second run changes it once more; "--- again refused" if Terraform cannot read it
    what Terraform makes of that

What an editor could lose is written as a picture: ␍ carriage return, ␉ tab, ␠ space at the end of a line, ␂ byte-order
mark, and ␄ where a text ends without a newline.
"""

import pathlib
import re
import subprocess
import tempfile

HERE = pathlib.Path(__file__).parent
PICTURES = {"\r": "␍", "\t": "␉", "\ufeff": "␂"}
REFUSED = None


class Case:
    """A text, and Terraform's answers: `first` is what one run makes of it, `second` what another makes of that."""

    def __init__(self, name, text, first=REFUSED, second=REFUSED):
        self.name, self.text, self.first, self.second = name, text, first, second


def pictured(text):
    for sign, picture in PICTURES.items():
        text = text.replace(sign, picture)
    text = re.sub(r" +(?=␍?\n|$)", lambda found: "␠" * len(found[0]), text)
    return text if text.endswith("\n") else text + "␄\n"


def plain(text):
    for sign, picture in PICTURES.items():
        text = text.replace(picture, sign)
    return text.replace("␠", " ").replace("␄\n", "")


def read(path):
    """Returns the cases of a file without their answers."""
    cases, is_text = [], False
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith("=== "):
            cases.append(Case(line[4:].strip(), ""))
            is_text = True
        elif line.startswith("--- "):
            is_text = False
        elif is_text:
            cases[-1].text += line
    for case in cases:
        case.text = plain(case.text)
    return cases


def write(path, cases):
    """Writes the cases to a file."""
    out = ""
    for case in cases:
        for line in case.text.splitlines():
            if line.startswith(("=== ", "--- ")):
                raise ValueError(f"{case.name}: the line {line!r} would end it")
        out += f"=== {case.name}\n{pictured(case.text)}"
        if case.first is REFUSED:
            out += "--- refused\n"
            continue
        out += "--- unchanged\n" if case.first == case.text else f"--- terraform\n{pictured(case.first)}"
        if case.second is REFUSED:
            out += "--- again refused\n"
        elif case.second != case.first:
            out += f"--- again\n{pictured(case.second)}"
    path.write_text(out, encoding="utf-8")


def formatted(texts, binary="terraform", names=None):
    """Returns what a program makes of each text, in one call; `None` for those that it refuses.

    The names matter for their endings only.
    """
    with tempfile.TemporaryDirectory(prefix="fmt-") as folder:
        files = []
        for number, text in enumerate(texts):
            name = names[number] if names else ""
            ending = name[name.index("."):] if "." in name else ".tf"
            files.append(pathlib.Path(folder) / f"{number:06}{ending}")
            files[-1].write_bytes(text.encode("utf-8"))
        run = subprocess.run([binary, "fmt", "-no-color", "-recursive", "."], cwd=folder, capture_output=True, text=True)
        if run.returncode not in (0, 2):
            raise RuntimeError(f"{binary} fmt: {run.stdout}{run.stderr}")
        # Both programs name the file of an error with the number of a line.
        refused = set(re.findall(r"(\d{6}\.[a-z.]+)(?: line |:\d+:)", run.stderr))
        return [REFUSED if file.name in refused else file.read_bytes().decode("utf-8") for file in files]


def answers(texts, names=None):
    """Returns what Terraform makes of each text, and what it makes of that."""
    first = formatted(texts, names=names)
    kept = [number for number, text in enumerate(first) if text is not REFUSED]
    again = formatted([first[number] for number in kept], names=[names[number] for number in kept] if names else None)
    second = dict(zip(kept, again))
    return [(text, second.get(number)) for number, text in enumerate(first)]
