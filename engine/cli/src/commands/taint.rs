//! `taint`, `untaint`

use wpinfra_core::Diagnostic;
use wpinfra_core::state::ObjectStatus;

use super::state::{change, instance_address};
use super::{Ended, SUCCESS};
use crate::arguments::TaintArguments;
use crate::session::Session;

/// Marks an object so that the next apply replaces it, or takes the mark away.
pub(crate) async fn run(session: &Session, arguments: &TaintArguments, tainted: bool) -> Ended {
    let address = instance_address(&arguments.address)?;
    let mut is_missing = false;
    change(session, &arguments.state, false, |state| {
        let resource = state.resources.get_mut(&address.resource);
        let instance = resource.and_then(|resource| resource.instances.get_mut(&address.key));
        match instance.and_then(|instance| instance.current.as_mut()) {
            Some(object) => {
                let is_tainted = object.status == ObjectStatus::Tainted;
                if !tainted && !is_tainted {
                    let detail = format!("{address} is not tainted, so that there is no mark to take away.");
                    return Err(Diagnostic::error("Object is not tainted", detail).into());
                }
                object.status = if tainted { ObjectStatus::Tainted } else { ObjectStatus::Ready };
                Ok(())
            }
            None if arguments.allow_missing => {
                is_missing = true;
                Ok(())
            }
            None => {
                let detail =
                    format!("The state has no {address}. \"wpinfra state list\" shows the addresses that there are.");
                Err(Diagnostic::error("No such instance", detail).into())
            }
        }
    })
    .await?;
    let told = match (is_missing, tainted) {
        (true, _) => format!("The state has no {address}; nothing is changed.\n"),
        (false, true) => format!("{address} is marked as tainted: the next apply replaces it.\n"),
        (false, false) => format!("{address} is not tainted any more.\n"),
    };
    session.print(&told);
    Ok(SUCCESS)
}
