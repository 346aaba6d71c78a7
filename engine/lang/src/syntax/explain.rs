//! What the parser found, in words that say what to do about it.

/// What is said where neither an argument nor a block begins.
pub(super) const NO_ITEM: &str = "Argument or block expected";

/// Says what is wrong where the parser stopped: a fixed text, and sentences.
///
/// `message` is what the parser says, `line` the line up to the place, and `rest` the text from the place on.
pub(super) fn explain(message: &str, line: &str, rest: &str) -> (&'static str, String) {
    let message = message.trim();
    let (summary, detail) = if message.contains("escape sequence") || message.contains("hex code") {
        (
            "Invalid escape sequence",
            "A backslash in a string is followed by n, r, t, a quote or another backslash, by u and four hexadecimal digits, or by U and eight. A backslash itself is written \\\\.",
        )
    } else if message.ends_with("newline or eof") {
        after_value(line, rest)
    } else if message.starts_with("invalid expression") {
        missing_value(line, rest)
    } else if message.contains("invalid structure") {
        neither_argument_nor_block(rest)
    } else if message.contains("unexpected token") {
        no_item(rest)
    } else {
        expected(message, line, rest)
    };
    let found = rest.lines().next().unwrap_or_default().trim_end();
    let found: String = found.chars().take(20).collect();
    let place = if found.is_empty() { "Here the line ends.".to_owned() } else { format!("Found here: {found}") };
    (summary, format!("{detail} {place}"))
}

/// Says what is wrong with what follows an expression that could have ended before it.
pub(super) fn after_expression(rest: &str) -> (&'static str, String) {
    const OPERATORS: [&str; 14] = ["&&", "||", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "<", ">", "?"];
    let rest = rest.trim();
    let last = OPERATORS.iter().find(|operator| rest.strip_prefix(**operator).is_some_and(str::is_empty));
    if let Some(operator) = last {
        return ("Missing operand", format!("After the operator {operator} a value must follow."));
    }
    let found: String = rest.lines().next().unwrap_or_default().chars().take(20).collect();
    ("Extra characters after expression", format!("The expression is complete here, but the text goes on: {found}"))
}

type Explanation = (&'static str, &'static str);

/// A value is complete, but the line goes on.
fn after_value(line: &str, rest: &str) -> Explanation {
    let word = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    match rest.chars().next() {
        _ if line.ends_with('.') => ("Missing attribute name", "After the dot the name of an attribute must follow."),
        Some(';') => ("Unexpected semicolon", "Lines do not end with a semicolon; remove it."),
        Some(',') => ("Unexpected comma", "Arguments are not separated by commas: each stands on a line of its own."),
        Some('^') => ("Unknown operator", "There is no operator ^; for powers use pow(base, exponent)."),
        Some('=') if rest.starts_with("=>") => {
            ("Unexpected arrow", "An arrow stands only between key and value of a \"for\" expression in braces.")
        }
        _ if word == "and" => ("Unknown operator", "The operator for \"and\" is written &&."),
        _ if word == "or" => ("Unknown operator", "The operator for \"or\" is written ||."),
        Some(letter) if (letter.is_alphanumeric() || letter == '_') && line.ends_with(|c: char| c.is_ascii_digit()) => {
            (
                "Invalid number",
                "A number consists of digits, with a point and an exponent where wanted: 1000, 0.5, 1e6. There are no hexadecimal numbers and no separators.",
            )
        }
        Some(letter) if line.trim_end().ends_with('}') && letter.is_alphabetic() => {
            ("Missing newline after block", "Each block begins on a line of its own.")
        }
        _ => (
            "Missing newline after argument",
            "The value is complete here, but the line goes on. Each argument stands on a line of its own, and an expression over several lines stands in parentheses.",
        ),
    }
}

/// An expression should begin, but does not.
fn missing_value(line: &str, rest: &str) -> Explanation {
    match rest.chars().next() {
        Some('\'') => ("Invalid quotes", "Strings stand in double quotes: \"text\"."),
        Some('\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2018}' | '\u{2019}') => {
            ("Invalid quotes", "These are typographic quotes; strings stand in straight double quotes: \"text\".")
        }
        Some('`') => ("Invalid quotes", "Strings stand in double quotes; for several lines use a heredoc: <<EOT."),
        Some('.') => ("Invalid number", "A number has a digit before its point: 0.5."),
        Some(',') => ("Missing value", "A value is missing before the comma."),
        Some(']') if line.ends_with('[') => ("Missing index", "Between the brackets an index or a key is needed."),
        Some('}') if line.ends_with("${") => ("Missing expression", "An expression is needed between ${ and }."),
        Some('\n' | '\r') | None => ("Missing value", "A value is needed after the sign, on the same line."),
        Some('*' | '/' | '%' | '+' | '?' | ':' | '=' | '<' | '>' | '&' | '|') => {
            ("Missing operand", "An operator stands where a value is needed.")
        }
        Some(_) => (
            "Invalid expression",
            "A value is needed here: a string in quotes, a number, a list, an object, a reference or a call.",
        ),
    }
}

/// A line begins with a name, but what follows makes neither an argument nor a block of it.
fn neither_argument_nor_block(rest: &str) -> Explanation {
    match rest.trim_start().chars().next() {
        Some(':') => (NO_ITEM, "A value is given with an equals sign: name = value."),
        Some('.') => ("Invalid argument name", "The name of an argument has no dots."),
        Some(digit) if digit.is_ascii_digit() => {
            ("Invalid block label", "The labels of a block are names or stand in quotes.")
        }
        _ => (NO_ITEM, "After the name there must be an equals sign and a value, or labels and an opening brace."),
    }
}

/// A line begins with something that begins neither argument nor block.
fn no_item(rest: &str) -> Explanation {
    let line = rest.lines().next().unwrap_or_default();
    if line.contains("%{") {
        return (
            "Invalid template directive",
            "The directives in this template do not fit together: %{ if } ends with %{ endif }, with one %{ else } in between at most, and %{ for x in … } with %{ endfor }. Two percent signs before the brace make it text.",
        );
    }
    match line.chars().next() {
        Some('"') => ("Invalid argument name", "The names of arguments stand without quotes."),
        Some('}') => ("Unexpected closing brace", "There is no opening brace that belongs to this closing one."),
        Some(']' | ')') => {
            ("Unexpected closing bracket", "There is no opening bracket that belongs to this closing one.")
        }
        Some('/') if line.starts_with("/*") => ("Unclosed comment", "A comment that begins with /* ends with */."),
        Some(digit) if digit.is_ascii_digit() => ("Invalid argument name", "A name does not begin with a digit."),
        Some('?' | ':' | '+' | '-' | '*' | '/' | '&' | '|' | '=' | '<' | '>') => {
            (NO_ITEM, "A line cannot begin with an operator; put an expression over several lines into parentheses.")
        }
        _ if line.contains(" & ") || line.contains(" | ") => {
            ("Unknown operator", "The operators for \"and\" and \"or\" are written && and ||.")
        }
        _ => (NO_ITEM, "A line begins with the name of an argument or with a block."),
    }
}

/// A certain token should follow.
fn expected(message: &str, line: &str, rest: &str) -> Explanation {
    let is_arrow = rest.starts_with("=>") || rest.starts_with('>');
    let ends_line = rest.starts_with(['\n', '\r']) || rest.is_empty();
    match message {
        _ if message.ends_with("expected `]`") && (is_arrow || line.trim_end().ends_with("=>")) => (
            "Invalid \"for\" expression",
            "A \"for\" expression in brackets makes a list, so it has no keys; write it in braces to make an object.",
        ),
        _ if message.ends_with("expected `]`") && rest.starts_with("...") => {
            ("Invalid \"for\" expression", "Only a \"for\" expression in braces can group values with \"...\".")
        }
        _ if message.ends_with("expected `]`") => {
            ("Missing comma", "The elements of a list are separated by commas, and a closing bracket ends it.")
        }
        _ if message.contains("`)` or expression") && line.trim_end().ends_with("...") => (
            "Missing closing parenthesis",
            "Only the last argument of a call can be expanded with \"...\", so a closing parenthesis must follow.",
        ),
        _ if message.contains("`)` or expression") => {
            ("Missing comma", "The arguments of a call are separated by commas, and a closing parenthesis ends it.")
        }
        _ if message.ends_with("expected `)`") => {
            ("Missing closing parenthesis", "The opening parenthesis before this has no closing one.")
        }
        _ if message.ends_with("expected `}`") => (
            "Unclosed interpolation",
            "One expression stands between ${ and }. Quotes inside of it need no backslash, and two dollar signs before the brace make it text.",
        ),
        _ if message.ends_with("expected `{`") && ends_line => {
            ("Missing opening brace", "The opening brace of a block stands on the same line as its name.")
        }
        _ if message.ends_with("expected `{`") => (
            "Invalid block",
            "After the name of a block its labels follow, which are plain strings without ${ … }, and an opening brace.",
        ),
        _ if message.ends_with("expected `:`") && line.contains("for ") => {
            ("Invalid \"for\" expression", "After the collection a colon is needed: [for x in list : x].")
        }
        _ if message.ends_with("expected `:`") => {
            ("Missing second result", "A conditional has two results, separated by a colon: condition ? a : b.")
        }
        _ if message.ends_with("expected `in`") => (
            "Invalid \"for\" expression",
            "After one or two names the word \"in\" and the collection are needed: [for key, value in map : value].",
        ),
        _ if message.ends_with("expected `=>`") => (
            "Invalid \"for\" expression",
            "A \"for\" expression in braces makes an object, so it needs keys: {for x in list : x => 1}.",
        ),
        _ if message.contains("endif") || message.contains("endfor") => no_item("%{"),
        _ if message.contains("object value assignment") => {
            ("Missing value", "Each key of an object has a value: { name = value }.")
        }
        _ if message.contains("object item") => {
            ("Missing comma", "The items of an object are separated by commas or stand on lines of their own.")
        }
        _ if message.contains("block body") || message.contains("invalid attribute") => (
            "Invalid block",
            "A block on one line holds one argument at most, and no blocks. Put the content on lines of its own.",
        ),
        _ if message.contains("expected digit") => {
            ("Invalid number", "After the e of a number its exponent is needed: 1e6.")
        }
        _ if line.contains("<<") => {
            ("Invalid heredoc", "A heredoc begins with << or <<-, its marker, and the end of the line: <<EOT.")
        }
        _ => ("Invalid syntax", "This is not what can stand here."),
    }
}
