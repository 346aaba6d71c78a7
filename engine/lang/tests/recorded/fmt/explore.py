#!/usr/bin/env python3
"""Looks for texts that `wpinfra fmt` lays out in another way than `terraform fmt`.

    engine/lang/tests/recorded/fmt/explore.py --wpinfra BIN [--count N] [--seed N]

Half of the texts are random ones of `generate.py`; the others are the recorded ones and the configurations of the
repository with white space, line breaks and comments changed here and there. Ends with 1 if there is a difference, and
shows the smallest ones; says "skipped" where there is no terraform.
"""

import argparse
import contextlib
import difflib
import random
import re
import shutil
import sys

from cases import HERE, REFUSED, answers, formatted, read
from generate import text

REPOSITORY = HERE.parents[4]
# How many files one call takes.
BATCH = 1000
BLANKS = ["", " ", "  ", "\t", "     ", " /* c */ ", "/**/"]
BREAKS = ["\n", "\n\n", "  \n", "\n    ", "\n\t", " # note\n", "// note\n", "\n/* c */\n", "\r\n", " "]
# A label that could be a template, which Terraform drops.
LOST_LABEL = re.compile(r' "[^"\n]*[$%][^"\n]*"(?=[^=\n]*\{)')
ANYWHERE = [" ", "\n", "\t", "{", "}", "[", "]", "(", ")", '"', "$", "-", "=", ",", "#", "é"]


def changed(original, chance):
    """Returns a text with some of its white space changed, and rarely anything else."""
    out = original
    for _ in range(chance.randint(1, 12)):
        kind = chance.random()
        blanks = [found.span() for found in re.finditer(r"[ \t]+", out)]
        breaks = [found.span() for found in re.finditer(r"\r?\n[ \t]*", out)]
        signs = [found.span() for found in re.finditer(r"(?<=[\[({,:?=+])|(?=[\])}])", out)]
        if kind < 0.35 and blanks:
            out = replaced(out, chance.choice(blanks), chance.choice(BLANKS))
        elif kind < 0.65 and breaks:
            out = replaced(out, chance.choice(breaks), chance.choice(BREAKS))
        elif kind < 0.92 and signs:
            out = replaced(out, chance.choice(signs), chance.choice(BLANKS + BREAKS))
        elif kind < 0.97 and "\n" in out:
            lines = out.splitlines(keepends=True)
            lines.insert(chance.randrange(len(lines)), chance.choice(lines))
            out = "".join(lines)
        else:
            at = chance.randrange(len(out) + 1)
            out = out[:at] + chance.choice(ANYWHERE) + out[at + chance.randint(0, 1) :]
    return out


def replaced(whole, span, part):
    return whole[: span[0]] + part + whole[span[1] :]


def originals(binary):
    """Returns the texts to be changed: those that both programs take for the same."""
    texts = [case.text for path in sorted(HERE.glob("*.txt")) for case in read(path)]
    for folder in ("configs", "tests/cases"):
        for path in sorted((REPOSITORY / folder).rglob("*.tf")):
            with contextlib.suppress(UnicodeDecodeError):  # one of the cases that are rejected is no text
                texts.append(path.read_text(encoding="utf-8"))
    both = zip(texts, formatted(texts), formatted(texts, binary))
    return [text for text, theirs, ours in both if theirs == ours and theirs is not REFUSED]


class Tally:
    """What has been seen."""

    def __init__(self):
        self.same = self.refused = self.unreadable = 0
        self.differ, self.only_ours, self.only_theirs = [], [], []

    def add(self, texts, binary):
        for text, (theirs, again), ours in zip(texts, answers(texts), formatted(texts, binary)):
            if theirs == ours:
                self.same += theirs is not REFUSED
                self.refused += theirs is REFUSED
            elif theirs is REFUSED:
                self.only_ours.append(text)
            elif ours is REFUSED:
                self.only_theirs.append(text)
            elif again is REFUSED or LOST_LABEL.sub("", ours) == LOST_LABEL.sub("", theirs):
                # What Terraform wrote is an error to itself, or lacks a label; ours is not meant to be the same.
                self.unreadable += 1
            else:
                self.differ.append((text, theirs, ours))

    def __str__(self):
        return (
            f"{self.same} the same, {self.refused} refused by both, {len(self.differ)} different; {self.unreadable} that Terraform "
            f"spoils, {len(self.only_ours)} that only wpinfra accepts, {len(self.only_theirs)} that only "
            f"Terraform accepts"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wpinfra", required=True, help="the program")
    parser.add_argument("--count", type=int, default=4000, help="how many texts")
    parser.add_argument("--seed", type=int, default=1, help="where chance begins")
    parser.add_argument("--verbose", action="store_true", help="show texts that only one of the two accepts")
    options = parser.parse_args()
    binary = shutil.which(options.wpinfra)
    if not binary:
        sys.exit(f"{options.wpinfra} is no program")
    if not shutil.which("terraform"):
        print("skipped: terraform is not on the PATH")
        return 0
    binary = str(HERE.cwd() / binary)
    chance = random.Random(options.seed)
    known = originals(binary)
    tally = Tally()
    for start in range(0, options.count, BATCH):
        numbers = range(start, min(start + BATCH, options.count))
        texts = [changed(chance.choice(known), chance) if n % 2 else text(chance.randrange(10**9)) for n in numbers]
        tally.add(texts, binary)
        print(f"{numbers.stop}: {tally}", flush=True)
    for original, theirs, ours in sorted(tally.differ, key=lambda found: len(found[0]))[:5]:
        print(f"\n{original!r}")
        print("\n".join(difflib.unified_diff(theirs.split("\n"), ours.split("\n"), "terraform", "wpinfra", lineterm="")))
    if options.verbose:
        for name, texts in (("wpinfra", tally.only_ours), ("Terraform", tally.only_theirs)):
            for example in sorted(texts, key=len)[:10]:
                print(f"\nonly {name} accepts {example!r}")
    return 1 if tally.differ else 0


if __name__ == "__main__":
    sys.exit(main())
