//! Patterns of `fileset`: `*` and `?` within a name, `**` for any directories, `[a-z]` and `{a,b}`.

/// Tells what is wrong with a pattern.
pub(super) fn check(pattern: &str) -> Result<(), String> {
    let mut characters = pattern.chars();
    let mut braces = 0_usize;
    while let Some(c) = characters.next() {
        match c {
            '\\' => {
                characters.next().ok_or("the pattern ends with a backslash")?;
            }
            '[' => {
                let mut first = true;
                loop {
                    match characters.next().ok_or("a bracket in the pattern is not closed")? {
                        ']' if !first => break,
                        '\\' => {
                            characters.next().ok_or("the pattern ends with a backslash")?;
                        }
                        _ => {}
                    }
                    first = false;
                }
            }
            '{' => braces += 1,
            '}' => braces = braces.saturating_sub(1),
            _ => {}
        }
    }
    if braces > 0 { Err("a brace in the pattern is not closed".to_owned()) } else { Ok(()) }
}

/// Divides a pattern after the directories that have nothing to match.
pub(super) fn split_fixed(pattern: &str) -> (&str, &str) {
    let end = pattern.find(['*', '?', '[', '{', '\\']).unwrap_or(pattern.len());
    match pattern[..end].rfind('/') {
        Some(0) => ("/", &pattern[1..]),
        Some(at) => (&pattern[..at], &pattern[at + 1..]),
        None => ("", pattern),
    }
}

/// Tells whether the pattern matches the whole path.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let path: Vec<char> = path.chars().collect();
    match_from(&pattern, &path)
}

fn match_from(pattern: &[char], path: &[char]) -> bool {
    match pattern {
        [] => path.is_empty(),
        ['*', '*', '/', rest @ ..] => {
            // No directory, or one and then as many as there may be.
            match_from(rest, path)
                || path.iter().position(|c| *c == '/').is_some_and(|end| match_from(pattern, &path[end + 1..]))
        }
        ['*', '*'] => true,
        ['*', rest @ ..] => {
            let end = path.iter().position(|c| *c == '/').unwrap_or(path.len());
            (0..=end).any(|at| match_from(rest, &path[at..]))
        }
        ['?', rest @ ..] => path.split_first().is_some_and(|(c, path)| *c != '/' && match_from(rest, path)),
        ['[', class @ ..] => match path.split_first() {
            Some((c, path)) if *c != '/' => {
                let (found, rest) = match_class(class, *c);
                found && match_from(rest, path)
            }
            _ => false,
        },
        ['{', rest @ ..] => {
            let (alternatives, rest) = alternatives(rest);
            alternatives.into_iter().any(|alternative| {
                let whole: Vec<char> = alternative.iter().chain(rest).copied().collect();
                match_from(&whole, path)
            })
        }
        ['\\', c, rest @ ..] | [c, rest @ ..] => {
            path.split_first().is_some_and(|(found, path)| found == c && match_from(rest, path))
        }
    }
}

/// Matches one character against a class after its opening bracket, and returns what follows the class.
fn match_class(class: &[char], c: char) -> (bool, &[char]) {
    let (negated, mut rest) = match class {
        ['^', rest @ ..] => (true, rest),
        all => (false, all),
    };
    let mut found = false;
    let mut first = true;
    loop {
        let low = match rest {
            [] => return (false, rest),
            [']', after @ ..] if !first => return (found != negated, after),
            ['\\', low, after @ ..] | [low, after @ ..] => {
                rest = after;
                *low
            }
        };
        first = false;
        let high = match rest {
            ['-', high, after @ ..] if *high != ']' => {
                rest = after;
                *high
            }
            _ => low,
        };
        found |= (low..=high).contains(&c);
    }
}

/// Divides what stands in braces at its commas, and returns what follows the closing brace.
fn alternatives(pattern: &[char]) -> (Vec<&[char]>, &[char]) {
    let mut found = Vec::new();
    let (mut start, mut depth, mut at) = (0, 0, 0);
    while let Some(c) = pattern.get(at) {
        match c {
            '\\' => at += 1,
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '}' => {
                found.push(&pattern[start..at]);
                return (found, &pattern[at + 1..]);
            }
            ',' if depth == 0 => {
                found.push(&pattern[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    (found, &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_as_doublestar_does() {
        let check = |pattern: &str, path: &str, expected: bool| {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        };
        check("*.txt", "a.txt", true);
        check("*.txt", "d/a.txt", false);
        check("**/*.txt", "a.txt", true);
        check("**/*.txt", "d/e/a.txt", true);
        check("**", ".hid/f", true);
        check("s*/**", "sub/deep/e", true);
        check("{a,b}.*", "b.md", true);
        check("{a,{b,c}x}.*", "cx.md", true);
        check("[!a]*", "a.txt", true);
        check("[^a]*", "a.txt", false);
        check("[a-c]?", "b1", true);
        check(r"a\*", "a*", true);
        assert_eq!(split_fixed("d/sub/*.txt"), ("d/sub", "*.txt"));
        assert_eq!(split_fixed("/*.txt"), ("/", "*.txt"));
        assert!(check_error("[").is_some() && check_error("{a").is_some() && check_error("a]}").is_none());
    }

    fn check_error(pattern: &str) -> Option<String> {
        super::check(pattern).err()
    }
}
