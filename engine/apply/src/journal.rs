//! The journal: what an apply is about to do and what it has done, appended line by line beside the snapshot.
//!
//! A line is `CRC LENGTH SEQUENCE JSON`. The last line may be torn, as a crash leaves it; any other line that does not
//! verify is an error. The cost of an entry does not depend on the size of the state.

mod replay;
mod writer;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use wpinfra_core::{Class, Diagnostic, SourcePosition, SourceRange};

pub use replay::{Pending, Replayed, compact, replay};
pub(crate) use replay::{follow, record};
pub use writer::{Journal, JournalError};

/// Version of the format.
pub const FORMAT_VERSION: u64 = 1;

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// The first: which snapshot the others build on.
    Header {
        /// Version of the format.
        format: u64,
        /// Lineage of the state.
        lineage: String,
        /// Serial of the snapshot.
        serial: u64,
    },
    /// An effect is about to be made; durable before it is.
    Begun(Begun),
    /// A create has given an id; the object is not ready yet.
    Created {
        /// The step.
        step: usize,
        /// The id.
        id: String,
    },
    /// A step has ended: this is what is recorded now.
    Done {
        /// The step.
        step: usize,
        /// The instance.
        address: String,
        /// Key of the deposed object.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deposed: Option<String>,
        /// The provider configuration.
        provider: String,
        /// The object as in a state file; `None` if there is none any more.
        object: Option<Json>,
    },
    /// The current object was set aside.
    Deposed {
        /// The instance.
        address: String,
        /// Key under which it stands now.
        key: String,
    },
    /// An object that was set aside is the current one again: the creation of its successor failed.
    Restored {
        /// The instance.
        address: String,
        /// Key under which it stood.
        key: String,
    },
    /// A step did nothing: its request was refused, or what it wanted turned out never to have been made.
    Nothing {
        /// The step.
        step: usize,
    },
    /// The root outputs, as in a state file.
    Outputs(Json),
    /// All is said; the snapshot with this serial holds it.
    Closed {
        /// The serial.
        serial: u64,
    },
}

/// An effect that is about to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Begun {
    /// The step.
    pub step: usize,
    /// What it does.
    pub effect: Effect,
    /// The instance.
    pub address: String,
    /// Key of the deposed object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deposed: Option<String>,
    /// The provider configuration.
    pub provider: String,
    /// Identity of the operation.
    pub token: String,
    /// When.
    pub at: String,
    /// The planned object of a create or update, the recorded one of a delete; as in a state file.
    pub object: Json,
    /// The id that the object has already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Whether provisioners follow, without which the object is not finished.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub provisioned: bool,
}

/// What an effect is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// An object is created.
    Create,
    /// An object is changed.
    Update,
    /// An object is destroyed.
    Delete,
}

/// Returns an entry as a line, with its end.
pub(crate) fn to_line(sequence: u64, entry: &Entry) -> String {
    let json = serde_json::to_string(entry).expect("an entry has only text keys");
    let body = format!("{} {sequence} {json}", json.len());
    format!("{:08x} {body}\n", crc32fast::hash(body.as_bytes()))
}

/// Returns a line without its checksum; `None` if that does not verify.
fn whole(line: &str) -> Option<&str> {
    let (crc, body) = line.split_once(' ')?;
    (u32::from_str_radix(crc, 16).ok()? == crc32fast::hash(body.as_bytes())).then_some(body)
}

/// Reads a line that is whole; `None` if it is not the one that should stand here.
fn entry_of(body: &str, sequence: u64) -> Option<Entry> {
    let mut parts = body.splitn(3, ' ');
    let (length, number, json) = (parts.next()?, parts.next()?, parts.next()?);
    if length.parse() != Ok(json.len()) || number.parse() != Ok(sequence) {
        return None;
    }
    serde_json::from_str(json).ok()
}

/// Reads a journal; a torn last line is passed over.
///
/// # Errors
///
/// Names the first line that does not verify and says what to do.
pub fn parse(bytes: &[u8], file: &str) -> Result<Vec<Entry>, Box<Diagnostic>> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    let mut start = 0;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n');
        let line = &rest[..end.unwrap_or(rest.len())];
        let is_last = end.is_none_or(|end| end + 1 == rest.len());
        let body = std::str::from_utf8(line).ok().and_then(whole);
        match body.map(|body| entry_of(body, entries.len() as u64)) {
            Some(Some(entry)) if end.is_some() => entries.push(entry),
            // The line was being written when the program ended: it was never acknowledged, so it does not count.
            Some(Some(_)) | None if is_last => break,
            _ => return Err(Box::new(broken_line(file, entries.len() + 1, start))),
        }
        let next = end.map_or(rest.len(), |end| end + 1);
        start += next;
        rest = &rest[next..];
    }
    match entries.first() {
        Some(Entry::Header { format, .. }) if *format > FORMAT_VERSION => Err(Box::new(newer_format(file, *format))),
        None | Some(Entry::Header { .. }) => Ok(entries),
        Some(_) => Err(Box::new(broken_line(file, 1, 0))),
    }
}

fn broken_line(file: &str, line: usize, byte: usize) -> Diagnostic {
    let at = SourcePosition { line, column: 1, byte };
    let detail = format!(
        "Line {line} of \"{file}\" does not verify. The journal holds what an interrupted apply has done since the state was \
         written; something has changed the file, or the disk is failing. Nothing was changed.\n\nPut back the file from a \
         copy if there is one. Otherwise keep it for later, cut it off before line {line} (\"head -n {before} '{file}'\"), and \
         run \"wpinfra plan\": what the lines from {line} on had recorded may have to be imported.",
        before = line - 1
    );
    let range = SourceRange { file: file.into(), start: at, end: at };
    Diagnostic::error("Journal is damaged", detail).class(Class::Environment).at(range)
}

fn newer_format(file: &str, format: u64) -> Diagnostic {
    let detail = format!(
        "The journal \"{file}\" has format version {format}; this wpinfra reads version {FORMAT_VERSION}. Run the newer \
         wpinfra that was interrupted once more: it finishes what it had begun."
    );
    Diagnostic::error("Journal has a newer format", detail).class(Class::Environment)
}

#[cfg(test)]
mod tests;
