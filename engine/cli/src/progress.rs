//! What a run shows while it is going on: live on a terminal, as plain lines elsewhere, as JSON for machines.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use wpinfra_apply::observer::{EphemeralAct, Event, Observer, StepEvent};
use wpinfra_core::InstanceAddress;
use wpinfra_plan::StepKind;

use crate::environment::Stream;
use crate::events;
use crate::render::Painter;

/// How often the terminal is drawn anew.
const TICK: Duration = Duration::from_millis(120);
/// How many steps are shown at once; more would scroll.
const SHOWN: usize = 12;

/// Shows a run.
pub(crate) struct Progress {
    output: Stream,
    painter: Painter,
    manner: Manner,
    now: Box<dyn Fn() -> jiff::Timestamp + Send + Sync>,
}

/// How a run is shown.
enum Manner {
    /// As lines.
    Plain,
    /// As lines of JSON.
    Json,
    /// On a terminal.
    Live(Box<Live>),
}

/// What stands at the bottom of the terminal.
struct Live {
    bars: MultiProgress,
    total: ProgressBar,
    running: Mutex<BTreeMap<String, ProgressBar>>,
}

/// Which manner is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Progress {
    /// Returns one that shows on the stream.
    pub(crate) fn new(
        output: &Stream,
        painter: Painter,
        wanted: Wanted,
        now: impl Fn() -> jiff::Timestamp + Send + Sync + 'static,
    ) -> Self {
        let manner = match wanted {
            Wanted::Json => Manner::Json,
            Wanted::Text if output.is_terminal() => Manner::Live(Box::new(Live::new())),
            Wanted::Text => Manner::Plain,
        };
        Self { output: output.clone(), painter, manner, now: Box::new(now) }
    }

    /// Says how many steps an apply will take.
    pub(crate) fn expect_steps(&self, steps: usize) {
        if let Manner::Live(live) = &self.manner {
            live.expect_steps(steps);
        }
    }

    /// Takes everything that moves off the terminal.
    pub(crate) fn end(&self) {
        if let Manner::Live(live) = &self.manner {
            live.end();
        }
    }

    fn say(&self, line: &str) {
        match &self.manner {
            Manner::Live(live) => live.say(line, &self.output),
            Manner::Plain => self.output.write(&format!("{line}\n")),
            Manner::Json => {}
        }
    }

    fn say_json(&self, level: &str, message: &str, kind: &str, more: &[(&str, serde_json::Value)]) {
        self.output.write(&events::line((self.now)(), level, message, kind, more));
    }
}

impl Observer for Progress {
    fn notice(&self, event: &Event<'_>) {
        match self.manner {
            Manner::Json => self.notice_as_json(event),
            Manner::Plain | Manner::Live(_) => self.notice_as_text(event),
        }
    }
}

impl Progress {
    fn notice_as_text(&self, event: &Event<'_>) {
        let live = match &self.manner {
            Manner::Live(live) => Some(&**live),
            Manner::Plain | Manner::Json => None,
        };
        match event {
            Event::RefreshStarted { objects } => {
                if let Some(live) = live {
                    live.total.set_message(format!("looking at {objects} objects"));
                }
            }
            Event::DataStarted { address } => {
                if let Some(live) = live {
                    live.begin(address, "reading");
                }
            }
            Event::DataFinished { address, .. } => {
                if let Some(live) = live {
                    live.finish(address, false);
                }
            }
            Event::EphemeralEnded { address, act, failed: false, .. } => {
                self.say(&self.painter.faint(&format!("{address}: {}", ephemeral_done(*act))));
            }
            Event::StepStarted(step) => match live {
                Some(live) => live.begin(step.address, doing(step.kind)),
                None => self.say(&format!("{}: {}…{}", step.address, doing(step.kind), id_before(step))),
            },
            Event::StepProgress { step, status } => self.text_progress(live, step, *status),
            Event::StepFinished(step) => {
                let line =
                    format!("{}: {} after {}{}", step.address, done(step.kind), seconds(step.elapsed), id_after(step));
                self.say(&line);
                if let Some(live) = live {
                    live.finish(step.address, true);
                }
            }
            Event::StepFailed { step, diagnostic } => {
                let line = format!(
                    "{}: {} failed after {}: {}",
                    step.address,
                    doing(step.kind),
                    seconds(step.elapsed),
                    diagnostic.summary
                );
                self.say(&self.painter.removed(&line));
                if let Some(live) = live {
                    live.finish(step.address, true);
                }
            }
            Event::Retrying { address, operation, code, delay } => {
                // Short pauses are nobody's business.
                if *delay >= Duration::from_secs(2) {
                    let whom = address.map_or_else(String::new, |address| format!("{address}: "));
                    let code = code.map_or_else(String::new, |code| format!(" ({code})"));
                    self.say(&self.painter.faint(&format!("{whom}{operation}{code} again in {}", seconds(*delay))));
                }
            }
            Event::ProvisionStarted { address, kind } => self.say(&format!("{address}: provisioning ({kind})…")),
            Event::ProvisionOutput { address, kind, line } => self.say(&format!("{address} ({kind}): {line}")),
            Event::Note(note) => self.say(note),
            // Why something failed is told by itself.
            Event::EphemeralStarted { .. }
            | Event::EphemeralEnded { failed: true, .. }
            | Event::ObjectRefreshStarted { .. }
            | Event::ObjectRefreshed { .. }
            | Event::ProvisionFinished { .. } => {}
        }
    }

    fn text_progress(&self, live: Option<&Live>, step: &StepEvent<'_>, status: Option<&str>) {
        if let Some(live) = live {
            live.tell(step.address, doing(step.kind), status);
        } else {
            let status = status.map_or_else(String::new, |status| format!(", {status}"));
            let elapsed = step.elapsed.as_secs();
            self.say(&format!("{}: still {} ({elapsed} s{status})", step.address, doing(step.kind)));
        }
    }

    fn refresh_as_json(&self, address: &InstanceAddress, id: Option<&str>, doing: &str, kind: &str) {
        let mut hook = json!({ "resource": events::resource(address) });
        for (name, value) in id_fields(id) {
            hook[name] = value;
        }
        self.say_json("info", &format!("{address}: {doing}{}", id_text(id)), kind, &[("hook", hook)]);
    }

    fn notice_as_json(&self, event: &Event<'_>) {
        match event {
            Event::StepStarted(step) => {
                let hook = hook(step, &id_fields(step.id.filter(|_| *step.kind != StepKind::Create)));
                let message = format!("{}: {}…{}", step.address, doing(step.kind), id_before(step));
                self.say_json("info", &message, "apply_start", &[("hook", hook)]);
            }
            Event::StepProgress { step, .. } => {
                let elapsed = step.elapsed.as_secs();
                let message = format!("{}: still {} ({elapsed} s)", step.address, doing(step.kind));
                let hook = hook(step, &[("elapsed_seconds", json!(elapsed))]);
                self.say_json("info", &message, "apply_progress", &[("hook", hook)]);
            }
            Event::StepFinished(step) => {
                let message =
                    format!("{}: {} after {}{}", step.address, done(step.kind), seconds(step.elapsed), id_after(step));
                let mut more = vec![("elapsed_seconds", json!(step.elapsed.as_secs()))];
                more.extend(id_fields(step.id.filter(|_| !matches!(step.kind, StepKind::Delete { .. }))));
                self.say_json("info", &message, "apply_complete", &[("hook", hook(step, &more))]);
            }
            Event::StepFailed { step, .. } => {
                let message = format!("{}: {} failed after {}", step.address, doing(step.kind), seconds(step.elapsed));
                let hook = hook(step, &[("elapsed_seconds", json!(step.elapsed.as_secs()))]);
                self.say_json("info", &message, "apply_errored", &[("hook", hook)]);
            }
            Event::ProvisionStarted { address, kind } => {
                let hook = json!({ "resource": events::resource(address), "provisioner": kind });
                self.say_json(
                    "info",
                    &format!("{address}: provisioning ({kind})…"),
                    "provision_start",
                    &[("hook", hook)],
                );
            }
            Event::ProvisionOutput { address, kind, line } => {
                let hook = json!({ "resource": events::resource(address), "provisioner": kind, "output": line });
                self.say_json("info", &format!("{address} ({kind}): {line}"), "provision_progress", &[("hook", hook)]);
            }
            Event::EphemeralStarted { address, act } => {
                let hook = json!({ "resource": events::resource(address), "action": act_name(*act) });
                let message = format!("{address}: {}…", ephemeral_doing(*act));
                self.say_json("info", &message, "ephemeral_op_start", &[("hook", hook)]);
            }
            Event::EphemeralEnded { address, act, failed, elapsed } => {
                let hook = json!({
                    "resource": events::resource(address),
                    "action": act_name(*act),
                    "elapsed_seconds": elapsed.as_secs(),
                });
                let (word, kind) = if *failed {
                    (format!("{} failed", ephemeral_doing(*act)), "ephemeral_op_errored")
                } else {
                    (ephemeral_done(*act).to_owned(), "ephemeral_op_complete")
                };
                let message = format!("{address}: {word} after {}", seconds(*elapsed));
                self.say_json("info", &message, kind, &[("hook", hook)]);
            }
            Event::ProvisionFinished { address, kind, failed } => {
                let (word, name) =
                    if *failed { ("failed", "provision_errored") } else { ("ended", "provision_complete") };
                let hook = json!({ "resource": events::resource(address), "provisioner": kind });
                self.say_json("info", &format!("{address} ({kind}): {word}"), name, &[("hook", hook)]);
            }
            Event::ObjectRefreshStarted { address, id } => {
                self.refresh_as_json(address, *id, "refreshing…", "refresh_start");
            }
            Event::ObjectRefreshed { address, id } => {
                self.refresh_as_json(address, *id, "refreshed", "refresh_complete");
            }
            Event::DataStarted { address } => {
                let hook = json!({ "resource": events::resource(address), "action": "read" });
                self.say_json("info", &format!("{address}: reading…"), "apply_start", &[("hook", hook)]);
            }
            Event::DataFinished { address, elapsed } => {
                let message = format!("{address}: read after {}", seconds(*elapsed));
                let elapsed = elapsed.as_secs();
                let hook =
                    json!({ "resource": events::resource(address), "action": "read", "elapsed_seconds": elapsed });
                self.say_json("info", &message, "apply_complete", &[("hook", hook)]);
            }
            Event::Note(note) => self.say_json("info", note, "log", &[]),
            Event::RefreshStarted { .. } | Event::Retrying { .. } => {}
        }
    }
}

/// Returns the fields that tell the id of an object, if it has one.
fn id_fields(id: Option<&str>) -> Vec<(&'static str, serde_json::Value)> {
    id.map_or_else(Vec::new, |id| vec![("id_key", json!("id")), ("id_value", json!(id))])
}

fn hook(step: &StepEvent<'_>, more: &[(&str, serde_json::Value)]) -> serde_json::Value {
    let mut fields = serde_json::Map::new();
    fields.insert("resource".to_owned(), events::resource(step.address));
    fields.insert("action".to_owned(), json!(action_name(step.kind)));
    for (name, value) in more {
        fields.insert((*name).to_owned(), value.clone());
    }
    serde_json::Value::Object(fields)
}

fn act_name(act: EphemeralAct) -> &'static str {
    match act {
        EphemeralAct::Open => "open",
        EphemeralAct::Renew => "renew",
        EphemeralAct::Close => "close",
    }
}

/// Returns the word for what is being done with an ephemeral value.
fn ephemeral_doing(act: EphemeralAct) -> &'static str {
    match act {
        EphemeralAct::Open => "opening",
        EphemeralAct::Renew => "renewing",
        EphemeralAct::Close => "closing",
    }
}

/// Returns the word for what was done with an ephemeral value.
fn ephemeral_done(act: EphemeralAct) -> &'static str {
    match act {
        EphemeralAct::Open => "opened",
        EphemeralAct::Renew => "renewed",
        EphemeralAct::Close => "closed",
    }
}

fn action_name(kind: &StepKind) -> &'static str {
    match kind {
        StepKind::Create => "create",
        StepKind::Update => "update",
        StepKind::Delete { .. } => "delete",
        StepKind::Depose { .. } => "noop",
        StepKind::Read => "read",
        StepKind::Forget { .. } => "remove",
        StepKind::Import => "import",
    }
}

/// Returns the word for a step that is going on.
fn doing(kind: &StepKind) -> &'static str {
    match kind {
        StepKind::Create => "creating",
        StepKind::Update => "changing",
        StepKind::Delete { .. } => "destroying",
        StepKind::Depose { .. } => "setting aside",
        StepKind::Read => "reading",
        StepKind::Forget { .. } => "forgetting",
        StepKind::Import => "importing",
    }
}

/// Returns the word for a step that has ended.
fn done(kind: &StepKind) -> &'static str {
    match kind {
        StepKind::Create => "created",
        StepKind::Update => "changed",
        StepKind::Delete { .. } => "destroyed",
        StepKind::Depose { .. } => "set aside",
        StepKind::Read => "read",
        StepKind::Forget { .. } => "forgotten",
        StepKind::Import => "imported",
    }
}

/// Returns the id of the object that a step begins with; one that is to be created has none yet.
fn id_before(step: &StepEvent<'_>) -> String {
    if *step.kind == StepKind::Create { String::new() } else { id_text(step.id) }
}

/// Returns the id of the object that a step leaves behind.
fn id_after(step: &StepEvent<'_>) -> String {
    if matches!(step.kind, StepKind::Delete { .. }) { String::new() } else { id_text(step.id) }
}

fn id_text(id: Option<&str>) -> String {
    id.map_or_else(String::new, |id| format!(" [id={id}]"))
}

/// Returns a duration as a person would say it.
pub(crate) fn seconds(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 10 {
        format!("{:.1} s", duration.as_secs_f64())
    } else if seconds < 120 {
        format!("{seconds} s")
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

impl Live {
    fn new() -> Self {
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stdout());
        let total = bars.add(ProgressBar::new_spinner());
        total.set_style(style("{spinner} {msg}"));
        total.enable_steady_tick(TICK);
        Self { bars, total, running: Mutex::default() }
    }

    fn expect_steps(&self, steps: usize) {
        self.total.set_length(u64::try_from(steps).unwrap_or(u64::MAX));
        self.total.set_style(style("{spinner} {pos} of {len} done ({elapsed}){msg}"));
        self.total.set_message("");
        // It may have been taken off the terminal after the plan.
        self.total.reset();
        self.total.enable_steady_tick(TICK);
    }

    fn begin(&self, address: &InstanceAddress, doing: &str) {
        let mut running = self.running();
        if running.len() < SHOWN {
            let bar = self.bars.insert_before(&self.total, ProgressBar::new_spinner());
            bar.set_style(style("  {msg} ({elapsed})"));
            bar.set_message(format!("{address}: {doing}"));
            bar.enable_steady_tick(TICK);
            running.insert(address.to_string(), bar);
        }
    }

    fn tell(&self, address: &InstanceAddress, doing: &str, status: Option<&str>) {
        if let Some(bar) = self.running().get(&address.to_string()) {
            let mut message = format!("{address}: {doing}");
            if let Some(status) = status {
                write!(message, ", {status}").expect("a String takes everything");
            }
            bar.set_message(message);
        }
    }

    fn finish(&self, address: &InstanceAddress, counts: bool) {
        if let Some(bar) = self.running().remove(&address.to_string()) {
            bar.finish_and_clear();
            self.bars.remove(&bar);
        }
        if counts {
            self.total.inc(1);
        }
    }

    fn say(&self, line: &str, output: &Stream) {
        if self.bars.println(line).is_err() {
            output.write(&format!("{line}\n"));
        }
    }

    fn end(&self) {
        for (_, bar) in std::mem::take(&mut *self.running()) {
            bar.finish_and_clear();
        }
        self.total.finish_and_clear();
    }

    fn running(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, ProgressBar>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates are fixed and well-formed")
}
