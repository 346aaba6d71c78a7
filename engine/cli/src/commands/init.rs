//! `init`

use super::SUCCESS;
use crate::session::Session;

/// Says that there is nothing to do.
pub(crate) fn run(session: &Session) -> u8 {
    session.print("Nothing to initialize: providers are built in, and modules are read where they are.\n");
    SUCCESS
}
