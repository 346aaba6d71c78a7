//! What stands around a place, in the words that Terraform's diagnostics have for it; also in texts with errors.

use super::split::items;
use crate::config::load::is_json;

/// Returns the block that a byte stands in: `resource "aws_vpc" "main"`, or `resource.aws_vpc.main` in JSON.
pub fn context_at(file: &str, text: &str, byte: usize) -> Option<String> {
    if is_json(file) { json_path(text, byte) } else { block_header(text, byte) }
}

/// Returns kind and labels of the top-level block that a byte stands in.
fn block_header(text: &str, byte: usize) -> Option<String> {
    let item = items(text).into_iter().find(|item| (item.start..item.end).contains(&byte))?;
    let (header, _) = text.get(item.start..item.end)?.split_once('{')?;
    if header.contains(['=', '\n']) {
        return None;
    }
    let mut words = header.split('"').enumerate().flat_map(|(number, part)| -> Vec<String> {
        // Every other part stands in quotes; outside of them labels may be bare words.
        if number % 2 == 1 { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() }
    });
    let kind = words.next()?;
    Some(words.fold(kind, |header, label| format!("{header} \"{label}\"")))
}

/// One object or array around a place.
struct Container {
    /// How it is reached from the one around it.
    step: String,
    is_array: bool,
    /// Key of the next value, or number of the next element.
    next: String,
    count: usize,
}

/// Returns the steps to the innermost object or array that a byte stands in.
fn json_path(text: &str, byte: usize) -> Option<String> {
    let mut around: Vec<Container> = Vec::new();
    let mut word: Option<usize> = None;
    for (at, found) in text.bytes().enumerate() {
        if let Some(start) = word {
            let is_escaped =
                text.as_bytes()[start..at].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1;
            if found == b'"' && !is_escaped {
                if let Some(container) = around.last_mut().filter(|container| !container.is_array) {
                    text.get(start..at).unwrap_or_default().clone_into(&mut container.next);
                }
                word = None;
            }
        } else {
            match found {
                b'"' => word = Some(at + 1),
                b'{' | b'[' => {
                    let step = around.last().map_or_else(String::new, |outer| {
                        if outer.is_array { format!("[{}]", outer.count) } else { format!(".{}", outer.next) }
                    });
                    around.push(Container { step, is_array: found == b'[', next: String::new(), count: 0 });
                }
                b',' => {
                    if let Some(container) = around.last_mut() {
                        container.count += 1;
                    }
                }
                _ => {}
            }
        }
        if at == byte {
            break;
        }
        if word.is_none() && matches!(found, b'}' | b']') {
            around.pop();
        }
    }
    let path: String = around.iter().map(|container| container.step.as_str()).collect();
    let path = path.strip_prefix('.').unwrap_or(&path);
    (!path.is_empty()).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_the_block_around_it() {
        let text = "a = 1\nresource \"t\" n {\n  b = {\n    c = 1\n  }\n}\nlocals {\n";
        let at = |mark: &str| context_at("x.tf", text, text.find(mark).expect("there"));
        assert_eq!(at("c = 1").as_deref(), Some("resource \"t\" \"n\""));
        assert_eq!(at("a = 1"), None);
        assert_eq!(context_at("x.tf", text, text.len() - 1).as_deref(), Some("locals"));
    }

    #[test]
    fn a_place_in_json_has_the_path_to_it() {
        let text = r#"{"a": {"b\"}": [1, {"c": "]", "d": 2}]}, "e": 3}"#;
        let at = |mark: &str| context_at("x.tf.json", text, text.find(mark).expect("there"));
        assert_eq!(at("2").as_deref(), Some("a.b\\\"}[1]"));
        assert_eq!(at("1,").as_deref(), Some("a.b\\\"}"));
        assert_eq!(at("3"), None);
    }
}
