//! `fake_account`

use wpinfra_core::provider::{
    Identity, Observed, ReadRequest, RemoteErrorKind, RemoteId, RemoteResult, ResourceType, Token,
};
use wpinfra_schema_derive::Model;

use super::ids;
use crate::Fake;
use crate::world::Service;

/// Takes a password and never tells it again.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "fake_account", strict)]
pub(crate) struct Account {
    /// The name.
    #[attr(required, replace)]
    name: String,
    /// Password, which the state does not hold.
    #[attr(optional, sensitive, write_only)]
    password_wo: Option<String>,
    /// Number whose change sets the password anew.
    #[attr(optional, integer, local)]
    password_wo_version: Option<i64>,
    /// Number of characters of the password.
    #[attr(computed, unknown_on_update("*"))]
    password_length: Option<i64>,
    /// The name.
    #[attr(computed)]
    id: Option<String>,
}

impl Account {
    /// Returns the account as the service remembers it.
    fn kept(&self) -> Self {
        let length = self.password_wo.as_ref().map_or(0, |password| password.chars().count());
        Self {
            id: Some(self.name.clone()),
            password_length: i64::try_from(length).ok(),
            password_wo: None,
            ..self.clone()
        }
    }
}

/// `fake_account`
pub(crate) struct AccountType;

impl ResourceType for AccountType {
    type Model = Account;
    type Client = Fake;

    const IDENTITY: Identity = Identity::Name;

    async fn create(&self, fake: &Fake, planned: &Account, _token: &Token) -> RemoteResult<RemoteId> {
        let create = |service: &mut Service<'_>| {
            if service.get(&planned.name).is_some() {
                let message = format!("{} exists already", planned.name);
                return Err(service.refuse(RemoteErrorKind::AlreadyExists, "NameTaken", message));
            }
            service.insert(&planned.name, &planned.kept(), None);
            Ok(RemoteId(planned.name.clone()))
        };
        fake.world.call("fake:CreateAccount", vec![planned.name.clone()], create).await
    }

    async fn read(
        &self,
        fake: &Fake,
        requests: &[ReadRequest<Account>],
    ) -> RemoteResult<Vec<Option<Observed<Account>>>> {
        let ids = ids(requests);
        fake.world.call("fake:DescribeAccounts", ids.clone(), |service| service.observe_all(&ids)).await
    }

    async fn update(&self, fake: &Fake, id: &RemoteId, _prior: &Account, planned: &Account) -> RemoteResult<()> {
        let update = |service: &mut Service<'_>| service.store(&id.0, &planned.kept());
        fake.world.call("fake:UpdateAccount", vec![id.0.clone()], update).await
    }

    async fn delete(&self, fake: &Fake, id: &RemoteId, _prior: &Account) -> RemoteResult<()> {
        let delete = |service: &mut Service<'_>| {
            service.remove(&id.0);
            Ok(())
        };
        fake.world.call("fake:DeleteAccount", vec![id.0.clone()], delete).await
    }

    async fn find(&self, fake: &Fake, planned: &Account, _token: &Token) -> RemoteResult<Option<RemoteId>> {
        let find = |service: &mut Service<'_>| Ok(service.get(&planned.name).map(|_| RemoteId(planned.name.clone())));
        fake.world.call("fake:FindAccount", vec![planned.name.clone()], find).await
    }
}
