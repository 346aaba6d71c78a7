"""Random texts without errors in the language, as ugly as it permits: white space, comments and line breaks everywhere.

A text depends on its seed alone.
"""

import random

WORDS = ["a", "bb", "ccc", "d_1", "long_name_of_it", "each", "for", "in", "if", "null", "true", "größe", "a-b", "名前"]
KINDS = ["resource", "variable", "locals", "output", "module", "dynamic", "b", "terraform", "check"]
TEXTS = ["", "x", "a b", "  ", "é", "名", "$", "%", "a$b", "$$x", "\\n", "\\\"", "\\u00e9", "$${x}", "%%{x}", "#", "/*", "{", "]", "👩‍💻"]
OPERATORS = ["+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||"]
FUNCTIONS = ["f", "length", "merge", "provider::aws::arn_parse", "core::max"]
TYPES = ["string", "number", "list", "map", "set", "any", "list(string)", "map( number )", "object({a=string,b=optional(number,1)})",
         '"string"', '"list"', '"map"', '"number"', "(list)", "tuple([string,number])"]


class Writer:
    """Writes one text, and knows where line breaks may stand."""

    def __init__(self, seed, noise=0.35):
        self.random = random.Random(seed)
        self.noise = noise
        self.heredocs = 0

    def chance(self, probability):
        return self.random.random() < probability

    def gap(self, breaks=False, needed=False):
        """White space between two tokens; line breaks only where they mean nothing."""
        chosen = self.random.random()
        if chosen > self.noise:
            return self.random.choice([" ", " ", ""]) or (" " if needed else "")
        if breaks and chosen < self.noise / 4:
            return self.random.choice(["\n", "\n\n", " # note\n", " // note\n\t", "\n/* note */ ", "\n  # note\n"])
        if chosen < self.noise / 2:
            return self.random.choice([" /* c */ ", "/**/", "  /*c*/"])
        return self.random.choice(["  ", "\t", "   ", " \t "])

    def word(self):
        return self.random.choice(WORDS)

    def join(self, *parts, breaks=False):
        """Puts parts together with a gap that keeps words apart."""
        out = ""
        for part in parts:
            out += (self.gap(breaks, needed=True) if out else "") + part
        return out

    def expression(self, depth, breaks):
        """An expression; `breaks` tells whether line breaks may stand in it."""
        simple = [self.number, self.string, self.traversal]
        deep = [self.template, self.call, self.unary, self.binary, self.conditional, self.parenthesis, self.tuple, self.object,
                self.comprehension, self.index, self.splat, self.template_alone]
        chosen = self.random.choice(simple if depth <= 0 else simple + deep)
        return chosen(depth - 1, breaks)

    def number(self, depth, breaks):
        return self.random.choice(["0", "1", "42", "1.5", "1e3", "2E-2"])

    def string(self, depth, breaks):
        return '"' + self.random.choice(TEXTS) + '"'

    def template(self, depth, breaks):
        parts = ""
        for _ in range(self.random.randint(1, 3)):
            parts += self.random.choice(["", "x", " ", "a b ", "é"])
            if self.chance(0.2):
                parts += self.join("%{if", self.expression(depth, True), breaks=True) + self.random.choice(["}", " ~}"]) + "y"
                parts += self.random.choice(["%{ else }z", "%{~else~}", ""]) + self.random.choice(["%{endif}", "%{ endif ~}"])
            elif self.chance(0.1):
                parts += self.join("%{for", "i", "in", self.expression(depth, True)) + "}" + "${ i }" + "%{ endfor }"
            else:
                parts += self.interpolation(depth)
        return f'"{parts}"'

    def interpolation(self, depth):
        opening, closing = self.random.choice([("${", "}")] * 4 + [("${~", "~}"), ("${~ ", "}")])
        return opening + self.gap(True) + self.expression(depth, True) + self.gap(True) + closing

    def template_alone(self, depth, breaks):
        return f'"{self.interpolation(depth)}"'

    def traversal(self, depth, breaks):
        out = self.random.choice(["var", "local", "x", "each", "aws_vpc"])
        for _ in range(self.random.randint(0, 3)):
            out += self.gap(False) + "." + self.gap(False) + self.random.choice(["a", "id", "long_name", "k-v"])
            if self.chance(0.3):
                out += self.gap(False) + "[" + self.gap(True) + self.random.choice(["0", '"k"', "count.index"]) + self.gap(True) + "]"
        return out

    def index(self, depth, breaks):
        return self.traversal(depth, breaks) + self.gap() + "[" + self.gap(True) + self.expression(depth, True) + self.gap(True) + "]"

    def splat(self, depth, breaks):
        steps = self.random.choice(["[*]", "[ * ]", ".*", " . *", "[*].a[*]", ".*.b", ".0.a", "[*][0]", "[-1]"])
        return self.traversal(depth, breaks) + steps + self.random.choice(["", ".id", " . name", "[0]"])

    def call(self, depth, breaks):
        arguments = [self.expression(depth, True) for _ in range(self.random.randint(0, 3))]
        ending = self.random.choice(["", "", "...", ",", " ..."]) if arguments else ""
        inner = (self.gap(True) + "," + self.gap(True)).join(arguments)
        name = self.random.choice(FUNCTIONS).replace("::", self.random.choice(["::", "::", " :: "]))
        return f"{name}{self.random.choice(['', ' '])}({self.gap(True)}{inner}{self.gap(True)}{ending}{self.gap(True)})"

    def unary(self, depth, breaks):
        return self.random.choice(["-", "- ", "!", "! ", "!!", "-"]) + self.gap(breaks) + self.expression(depth, breaks)

    def binary(self, depth, breaks):
        left, right = self.expression(depth, breaks), self.expression(depth, breaks)
        # A name goes on with a minus.
        return left + self.gap(breaks, needed=True) + self.random.choice(OPERATORS) + self.gap(breaks, needed=True) + right

    def conditional(self, depth, breaks):
        parts = [self.expression(depth, breaks) for _ in range(3)]
        return parts[0] + self.gap(breaks) + "?" + self.gap(breaks) + parts[1] + self.gap(breaks) + ": " + self.gap(breaks) + parts[2]

    def parenthesis(self, depth, breaks):
        return "(" + self.gap(True) + self.expression(depth, True) + self.gap(True) + ")"

    def tuple(self, depth, breaks):
        items = [self.expression(depth, True) for _ in range(self.random.randint(0, 4))]
        separator = self.random.choice([",", ", ", ",\n", " ,\n  ", None])
        inner = "".join(item + (separator or self.gap(True) + "," + self.gap(True)) for item in items[:-1])
        inner += items[-1] + self.random.choice(["", ",", ",\n"]) if items else ""
        return "[" + self.gap(True) + inner + self.gap(True) + "]"

    def object(self, depth, breaks):
        items = []
        for word in self.random.sample([*WORDS, "1", "(x)"], self.random.randint(0, 4)):
            key = word if not word[0].isalpha() else self.random.choice([word, word, f'"{word}"', f'"${{x}}-{word}"'])
            sign = self.random.choice(["=", "=", ":", " = ", "   ="])
            items.append(key + self.gap(needed=True) + sign + self.gap(needed=True) + self.expression(depth, False))
        ends = [self.random.choice([",", "\n", ",\n", " # note\n", ", // note\n", "\n\n", ", /* c */ ", "\n  # above\n"]) for _ in items]
        start = self.random.choice(["", " ", "\n", " # first\n", "\n\n"])
        inner = "".join(item + end for item, end in zip(items, ends))
        if items and self.chance(0.5):
            inner = "".join(item + end for item, end in zip(items[:-1], ends)) + items[-1] + self.random.choice(["", " ", "\n"])
        return "{" + start + inner + self.random.choice(["", " ", "  "]) + "}"

    def comprehension(self, depth, breaks):
        names = self.random.choice(["k, v", "v", "k ,v", "i"])
        collection, value = self.expression(depth, True), self.expression(depth, True)
        condition = self.join("", "if", self.expression(depth, True), breaks=True) if self.chance(0.4) else ""
        head = self.join("for", names, "in", collection, breaks=True) + self.gap(True, needed=True) + ":" + self.gap(True, needed=True)
        if self.chance(0.5):
            return "[" + self.gap(True) + head + value + " " + condition + self.gap(True) + "]"
        key = self.expression(depth, True)
        group = self.random.choice(["", "", "..."])
        return "{" + self.gap(True) + head + key + " =>" + self.gap(True) + value + group + " " + condition + self.gap(True) + "}"

    def heredoc(self, depth):
        self.heredocs += 1
        name = self.random.choice(["EOT", "E", f"END_{self.heredocs}"])
        lines = ""
        for _ in range(self.random.randint(0, 4)):
            line = self.random.choice(["", "text", "  text", "\ttext", "a = {", "# no comment", '"quoted"', "$", "x $${y}"])
            lines += line + (self.interpolation(depth) if self.chance(0.3) else "") + "\n"
        return f"<<{self.random.choice(['', '-'])}{name}\n{lines}{self.random.choice(['', '  '])}{name}"

    def ending(self):
        """The end of a line with an attribute, or of a block."""
        return self.random.choice(["", "", "", "", " ", " # note", "  // note", "\t# a longer note", " /* c */"]) + "\n"

    def attribute(self, depth, name):
        if self.chance(0.12):
            return name + self.gap() + "=" + self.gap() + self.heredoc(depth) + "\n"
        assign = self.gap(needed=True) + "=" + self.gap(needed=True)
        return name + assign + self.expression(depth, False) + self.ending()

    def labels(self):
        out = ""
        for _ in range(self.random.randint(0, 2)):
            out += self.gap(needed=True) + self.random.choice(['"x"', '"a b"', "word", '"é"', '""', '"a.b"'])
        return out

    def block(self, depth):
        kind = self.random.choice(KINDS)
        head = kind + self.labels() + self.gap(needed=True)
        shape = self.random.random()
        if shape < 0.1:
            return head + "{" + self.random.choice(["", " ", "  ", "\n", "\n\n"]) + "}" + self.ending()
        if shape < 0.25:
            name = self.random.choice(["type", "default", "value"])
            value = self.random.choice(TYPES) if name == "type" else self.expression(depth, False)
            return head + "{" + self.gap() + name + self.gap(needed=True) + "= " + value + self.gap() + "}" + self.ending()
        return head + "{" + self.ending() + self.body(depth, is_nested=True) + self.gap() + "}" + self.ending()

    def body(self, depth, is_nested=False, longest=5):
        names = self.random.sample(WORDS, len(WORDS))
        if is_nested and self.chance(0.2):
            names[0] = "type"
        out = ""
        for _ in range(self.random.randint(0, longest)):
            out += self.random.choice(["", "", "  ", "\t", "      "])
            chosen = self.random.random()
            if chosen < 0.55 and names:
                name = names.pop()
                typed = name == "type" and self.chance(0.8)
                out += f"type ={self.random.choice(TYPES)}{self.ending()}" if typed else self.attribute(depth, name)
            elif chosen < 0.7:
                out += self.block(depth - 1) if depth > 0 else "\n"
            elif chosen < 0.85:
                out += self.random.choice(["# note\n", "// note\n", "/* note */\n", "/* long\n   note */\n", "#note\t\n", "/* c */ # d\n"])
            else:
                out += self.random.choice(["\n", "  \n", "\n\n\n"])
        return out


def text(seed):
    """Returns the text of a seed."""
    writer = Writer(seed, noise=random.Random(~seed).choice([0.05, 0.15, 0.35, 0.6]))
    out = writer.body(writer.random.randint(1, 3), longest=9)
    if writer.chance(0.1):
        out = out.rstrip("\n")
    if writer.chance(0.05):
        out = out.replace("\n", "\r\n")
    # Of a mark alone Terraform makes three spaces.
    return "\ufeff" + out if out.strip() and writer.chance(0.03) else out
