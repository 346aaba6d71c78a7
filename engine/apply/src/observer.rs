//! What a run tells while it is going on; the command line shows it.

use std::time::Duration;

use wpinfra_core::InstanceAddress;
use wpinfra_core::diagnostic::Diagnostic;
use wpinfra_plan::StepKind;

/// Watches a run.
pub trait Observer: Send + Sync {
    /// Takes notice; called from within the run, so it must be quick.
    fn notice(&self, event: &Event<'_>);
}

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A remote object is about to be read.
    RefreshStarted {
        /// Number of objects.
        objects: usize,
    },
    /// One of those objects is being read.
    ObjectRefreshStarted {
        /// The instance.
        address: &'a InstanceAddress,
        /// The id of the object.
        id: Option<&'a str>,
    },
    /// One of those objects was read.
    ObjectRefreshed {
        /// The instance.
        address: &'a InstanceAddress,
        /// The id of the object.
        id: Option<&'a str>,
    },
    /// A data source is being read.
    DataStarted {
        /// The instance.
        address: &'a InstanceAddress,
    },
    /// A data source was read.
    DataFinished {
        /// The instance.
        address: &'a InstanceAddress,
        /// How long it took.
        elapsed: Duration,
    },
    /// Something begins to be done with an ephemeral value.
    EphemeralStarted {
        /// The instance.
        address: &'a InstanceAddress,
        /// What is done.
        act: EphemeralAct,
    },
    /// That has ended.
    EphemeralEnded {
        /// The instance.
        address: &'a InstanceAddress,
        /// What was done.
        act: EphemeralAct,
        /// Whether it failed.
        failed: bool,
        /// How long it took.
        elapsed: Duration,
    },
    /// A step of an apply begins.
    StepStarted(StepEvent<'a>),
    /// A step is still going on: its object went into another state, or ten seconds have passed.
    StepProgress {
        /// The step.
        step: StepEvent<'a>,
        /// The state of the object in the service's words.
        status: Option<&'a str>,
    },
    /// A step ended well.
    StepFinished(StepEvent<'a>),
    /// A step failed.
    StepFailed {
        /// The step.
        step: StepEvent<'a>,
        /// Why.
        diagnostic: &'a Diagnostic,
    },
    /// A request is made again.
    Retrying {
        /// The instance, if it is for one.
        address: Option<&'a InstanceAddress>,
        /// The operation: `ec2:CreateNatGateway`.
        operation: &'a str,
        /// The service's code.
        code: Option<&'a str>,
        /// How long it waits before.
        delay: Duration,
    },
    /// A provisioner begins.
    ProvisionStarted {
        /// The instance.
        address: &'a InstanceAddress,
        /// `local-exec`
        kind: &'a str,
    },
    /// A provisioner has written a line.
    ProvisionOutput {
        /// The instance.
        address: &'a InstanceAddress,
        /// `local-exec`
        kind: &'a str,
        /// The line, without its end.
        line: &'a str,
    },
    /// A provisioner has ended.
    ProvisionFinished {
        /// The instance.
        address: &'a InstanceAddress,
        /// `local-exec`
        kind: &'a str,
        /// Whether it failed.
        failed: bool,
    },
    /// Something that a person should know: a lock taken over, an object of an earlier run found again.
    Note(&'a str),
}

/// What is done with an ephemeral value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EphemeralAct {
    /// It is opened.
    Open,
    /// It is kept open.
    Renew,
    /// It is closed.
    Close,
}

/// A step in an [`Event`].
#[derive(Clone, Debug)]
pub struct StepEvent<'a> {
    /// The instance.
    pub address: &'a InstanceAddress,
    /// What is done.
    pub kind: &'a StepKind,
    /// The id of the object, once there is one.
    pub id: Option<&'a str>,
    /// How long it has taken so far.
    pub elapsed: Duration,
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn notice(&self, _event: &Event<'_>) {}
}
