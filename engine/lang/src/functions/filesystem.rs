//! Functions of files and paths.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wpinfra_core::{Type, Value};

use super::FunctionError;
use super::FunctionScope;
use super::glob;
use super::signature::{Arguments, Parameter, Signature};

pub(super) fn signatures() -> Vec<Signature> {
    let path = || [Parameter::string("path")];
    vec![
        Signature::new("file", "Returns the content of a text file.", path(), Type::String, |call| {
            Ok(Value::string(text_of(call, 0)?))
        }),
        Signature::new("filebase64", "Returns the content of a file in Base64.", path(), Type::String, |call| {
            Ok(Value::string(STANDARD.encode(read(call, 0)?)))
        }),
        Signature::new("fileexists", "Tells whether a file stands at the path.", path(), Type::Bool, |call| {
            let path = resolved(call, 0)?;
            if call.scope.files.exists(&path) {
                return Ok(Value::bool(true));
            }
            if call.scope.files.list(&path).is_ok() {
                return Err(FunctionError::argument(0, format!("{path:?} is a directory, not a file")));
            }
            Ok(Value::bool(false))
        }),
        Signature::new(
            "fileset",
            "Returns the files below a directory whose paths match a pattern.",
            [Parameter::string("path"), Parameter::string("pattern")],
            Type::set(Type::String),
            file_set,
        ),
        Signature::new(
            "abspath",
            "Makes a path absolute and removes what can be left out.",
            path(),
            Type::String,
            |call| {
                let path = call.text(0);
                let whole =
                    if path.starts_with('/') { path.to_owned() } else { format!("{}/{path}", call.scope.working_dir) };
                Ok(Value::string(clean(&whole)))
            },
        ),
        Signature::new("basename", "Returns the last part of a path.", path(), Type::String, |call| {
            Ok(Value::string(base(call.text(0))))
        }),
        Signature::new("dirname", "Returns a path without its last part.", path(), Type::String, |call| {
            let path = call.text(0);
            Ok(Value::string(clean(&path[..path.rfind('/').map_or(0, |at| at + 1)])))
        }),
        Signature::new("pathexpand", "Puts the home directory in the place of ~.", path(), Type::String, |call| {
            Ok(Value::string(expanded(call.text(0), call.scope, 0)?))
        }),
    ]
}

/// Returns the content of the file that an argument names.
pub(super) fn read(call: &Arguments<'_>, index: usize) -> Result<Vec<u8>, FunctionError> {
    let path = resolved(call, index)?;
    call.scope
        .files
        .read(&path)
        .map_err(|problem| FunctionError::argument(index, format!("cannot read the file {path:?}: {problem}")))
}

/// Returns the content of the text file that an argument names.
pub(super) fn text_of(call: &Arguments<'_>, index: usize) -> Result<String, FunctionError> {
    String::from_utf8(read(call, index)?).map_err(|_| {
        let message =
            format!("the file {:?} is not UTF-8; use filebase64 or one of the hash functions", call.text(index));
        FunctionError::argument(index, message)
    })
}

fn resolved(call: &Arguments<'_>, index: usize) -> Result<String, FunctionError> {
    Ok(clean(&expanded(call.text(index), call.scope, index)?))
}

fn expanded(path: &str, scope: &FunctionScope<'_>, index: usize) -> Result<String, FunctionError> {
    let Some(rest) = path.strip_prefix('~') else { return Ok(path.to_owned()) };
    if !rest.is_empty() && !rest.starts_with('/') {
        return Err(FunctionError::argument(index, "the home directories of other users are not known"));
    }
    let home = scope.home_dir.ok_or_else(|| FunctionError::argument(index, "the home directory is not known"))?;
    Ok(if rest.is_empty() { home.to_owned() } else { clean(&format!("{home}{rest}")) })
}

/// Returns the shortest path that means the same, without looking at any file: no `.`, no doubled `/`, `..` only in front.
pub(super) fn clean(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            other => parts.push(other),
        }
    }
    match (absolute, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

fn base(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() { "/" } else { trimmed.rsplit('/').next().unwrap_or(trimmed) }
}

fn file_set(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let root = resolved(call, 0)?;
    let pattern = clean(&format!("{root}/{}", call.text(1)));
    let pattern =
        if root == "/" || !root.starts_with('/') { pattern } else { format!("/{}", pattern.trim_start_matches('/')) };
    glob::check(&pattern).map_err(|problem| FunctionError::argument(1, problem))?;
    let (directory, rest) = glob::split_fixed(&pattern);
    // Terraform finds nothing where there is no such directory.
    let Ok(files) = call.scope.files.list(if directory.is_empty() { "." } else { directory }) else {
        return Ok(Value::set(Type::String, Vec::new()));
    };
    let mut found = Vec::new();
    for file in files.iter().filter(|file| glob::matches(rest, file)) {
        let whole =
            if directory.is_empty() { file.clone() } else { format!("{}/{file}", directory.trim_end_matches('/')) };
        found.push(Value::string(relative(&root, &whole)));
    }
    Ok(Value::set(Type::String, found))
}

/// Returns the way from one clean path to another.
fn relative(from: &str, to: &str) -> String {
    let parts = |path: &str| -> Vec<String> {
        path.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect()
    };
    let (from, to) = (parts(from), parts(to));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), from.len() - common);
    up.chain(to[common..].iter().cloned()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_in_go() {
        let check = |path: &str, expected: &str| assert_eq!(clean(path), expected, "{path}");
        check("", ".");
        check("a//b/../c/.", "a/c");
        check("../../a", "../../a");
        check("/../a/", "/a");
        check("a/..", ".");
        assert_eq!(relative("d/sub", "d/b.md"), "../b.md");
        assert_eq!(relative(".", "d/a"), "d/a");
    }
}
