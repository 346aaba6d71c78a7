//! Lines as the terminal itself gives them: for builds without the feature `line-editing`.

use wpinfra_core::Diagnostics;
use wpinfra_lang::syntax::is_unfinished;

use crate::inputs::ask;
use crate::session::Session;

/// Reads expressions from a terminal.
pub(super) struct Editor<'s> {
    session: &'s Session,
}

/// Returns an editor; without line editing there is nothing to complete.
#[expect(clippy::unnecessary_wraps, reason = "the editor that edits can fail to open")]
pub(super) fn open(session: &Session, _names: Vec<String>) -> Result<Editor<'_>, Diagnostics> {
    Ok(Editor { session })
}

impl Editor<'_> {
    /// Returns the next expression; `None` when the person leaves.
    #[expect(clippy::unnecessary_wraps, reason = "the editor that edits can fail")]
    pub(super) fn next(&mut self) -> Result<Option<String>, Diagnostics> {
        let Some(mut text) = ask(self.session, "> ") else { return Ok(None) };
        while is_unfinished(&text) {
            let Some(line) = ask(self.session, ": ") else { break };
            text.push('\n');
            text.push_str(&line);
        }
        Ok(Some(text))
    }
}
