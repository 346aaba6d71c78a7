//! From Terraform's spelling of a command line to clap's.

/// Returns the words of a command line with two dashes before long flags, and with what `TF_CLI_ARGS…` add after the command.
///
/// `commands` are the names of commands with the names of their own commands.
pub(super) fn command_line(
    arguments: &[String],
    commands: &[(String, Vec<String>)],
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<String>, String> {
    let mut words: Vec<String> =
        arguments.iter().enumerate().map(|(at, word)| if at == 0 { word.clone() } else { dashed(word) }).collect();
    let Some(first) = words.iter().skip(1).position(|word| !word.starts_with('-')).map(|at| at + 1) else {
        return Ok(words);
    };
    let inner =
        commands.iter().find(|(name, _)| *name == words[first]).map(|(_, inner)| inner.as_slice()).unwrap_or_default();
    let mut name = words[first].replace('-', "_");
    let mut end = first + 1;
    if let Some(word) = words.get(end).filter(|word| inner.contains(word)) {
        name = format!("{name}_{}", word.replace('-', "_"));
        end += 1;
    }
    let mut added = Vec::new();
    for source in ["TF_CLI_ARGS".to_owned(), format!("TF_CLI_ARGS_{name}")] {
        if let Some(text) = variable(&source) {
            let split =
                split(&text).ok_or_else(|| format!("Error: Unclosed quote in {source}\n\nThe value is: {text}\n"))?;
            added.extend(split.iter().map(|word| dashed(word)));
        }
    }
    words.splice(end..end, added);
    Ok(words)
}

/// Returns a word with two dashes where it has one before a name of several letters.
fn dashed(word: &str) -> String {
    match word.strip_prefix('-') {
        Some(name)
            if name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.split('=').next().is_some_and(|name| name.len() > 1) =>
        {
            format!("-{word}")
        }
        _ => word.to_owned(),
    }
}

/// Splits a text into words as a shell does; `None` if a quote is not closed.
fn split(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (Some('"') | None, '\\') => word.get_or_insert_default().push(characters.next().unwrap_or('\\')),
            (None, '"' | '\'') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, _) if character.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, environment: &[(&str, &str)], expected: &str) {
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let commands = [("plan".to_owned(), vec![]), ("state".to_owned(), vec!["list".to_owned()])];
        let variable =
            |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let words = command_line(&arguments, &commands, &variable).expect("well-formed");
        assert_eq!(words.join("|"), expected, "{line}");
    }

    #[test]
    fn one_dash_becomes_two() {
        check("w plan -out=p -var x=1 -no-color", &[], "w|plan|--out=p|--var|x=1|--no-color");
        check("w -chdir=a/b plan --out p", &[], "w|--chdir=a/b|plan|--out|p");
        check("w plan -h", &[], "w|plan|-h");
        check("w import a.b -1", &[], "w|import|a.b|-1");
        check("w -version", &[], "w|--version");
    }

    #[test]
    fn variables_add_flags_after_the_command() {
        let environment =
            [("TF_CLI_ARGS", "-no-color"), ("TF_CLI_ARGS_plan", "-var 'a=b c' -var \"d=\\\"e\\\"\" -lock=false")];
        check("w plan x", &environment, "w|plan|--no-color|--var|a=b c|--var|d=\"e\"|--lock=false|x");
        check("w state list y", &[("TF_CLI_ARGS_state_list", "-state=s")], "w|state|list|--state=s|y");
        check("w -version", &environment, "w|--version");
    }

    #[test]
    fn open_quotes_are_errors() {
        let variable = |name: &str| (name == "TF_CLI_ARGS").then(|| "-var 'a".to_owned());
        assert!(command_line(&["w".to_owned(), "plan".to_owned()], &[], &variable).is_err());
    }
}
