//! `fake_attachment`

use wpinfra_core::provider::{
    Identity, Observed, ReadRequest, RemoteError, RemoteErrorKind, RemoteId, RemoteResult, ResourceType, Token,
};
use wpinfra_schema_derive::Model;

use super::ids;
use crate::Fake;
use crate::world::{Phase, Service};

/// Connects a machine with a further network.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "fake_attachment")]
pub(crate) struct Attachment {
    /// The machine, which must be ready.
    #[attr(required, replace)]
    machine_id: String,
    /// The network.
    #[attr(required, replace)]
    network_id: String,
    /// Id: `machine-2/network-1`.
    #[attr(computed)]
    id: Option<String>,
}

impl Attachment {
    fn remote_id(&self) -> String {
        format!("{}/{}", self.machine_id, self.network_id)
    }
}

/// `fake_attachment`
pub(crate) struct AttachmentType;

impl ResourceType for AttachmentType {
    type Model = Attachment;
    type Client = Fake;

    const IDENTITY: Identity = Identity::Arguments;

    async fn create(&self, fake: &Fake, planned: &Attachment, _token: &Token) -> RemoteResult<RemoteId> {
        let create = |service: &mut Service<'_>| create(service, planned);
        fake.world.call("fake:CreateAttachment", vec![planned.remote_id()], create).await
    }

    async fn read(
        &self,
        fake: &Fake,
        requests: &[ReadRequest<Attachment>],
    ) -> RemoteResult<Vec<Option<Observed<Attachment>>>> {
        let ids = ids(requests);
        fake.world.call("fake:DescribeAttachments", ids.clone(), |service| service.observe_all(&ids)).await
    }

    async fn update(
        &self,
        _fake: &Fake,
        id: &RemoteId,
        _prior: &Attachment,
        _planned: &Attachment,
    ) -> RemoteResult<()> {
        let message = format!("every change of {} replaces it", id.0);
        Err(RemoteError::local(RemoteErrorKind::Bug, "fake:UpdateAttachment", message))
    }

    async fn delete(&self, fake: &Fake, id: &RemoteId, _prior: &Attachment) -> RemoteResult<()> {
        let delete = |service: &mut Service<'_>| {
            service.remove(&id.0);
            Ok(())
        };
        fake.world.call("fake:DeleteAttachment", vec![id.0.clone()], delete).await
    }

    async fn find(&self, fake: &Fake, planned: &Attachment, _token: &Token) -> RemoteResult<Option<RemoteId>> {
        let id = planned.remote_id();
        let find = |service: &mut Service<'_>| Ok(service.get(&id).map(|_| RemoteId(id.clone())));
        fake.world.call("fake:FindAttachment", vec![id.clone()], find).await
    }

    fn import(&self, id: &str) -> Result<(RemoteId, Attachment), String> {
        let (machine, network) = id
            .split_once('/')
            .filter(|(machine, network)| !machine.is_empty() && !network.is_empty())
            .ok_or("The id of a fake_attachment is the ids of machine and network: machine-2/network-1")?;
        let model =
            Attachment { machine_id: machine.to_owned(), network_id: network.to_owned(), id: Some(id.to_owned()) };
        Ok((RemoteId(id.to_owned()), model))
    }
}

fn create(service: &mut Service<'_>, planned: &Attachment) -> RemoteResult<RemoteId> {
    let id = planned.remote_id();
    if service.get(&id).is_some() {
        return Err(service.refuse(RemoteErrorKind::AlreadyExists, "Attached", format!("{id} exists already")));
    }
    for part in [&planned.machine_id, &planned.network_id] {
        match service.get(part).map(|object| object.phase) {
            None => return Err(service.refuse(RemoteErrorKind::NotFound, "NotFound", format!("there is no {part}"))),
            Some(Phase::Ready) => {}
            Some(phase) => {
                let message = format!("{part} is {}", phase.status());
                return Err(service.refuse(RemoteErrorKind::Refused, "NotReady", message));
            }
        }
    }
    service.insert(&id, &Attachment { id: Some(id.clone()), ..planned.clone() }, None);
    Ok(RemoteId(id))
}
