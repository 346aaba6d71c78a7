//! `aws_ecs_service`

mod from_aws;
pub mod model;
mod plan;
mod request;
mod to_aws;

use std::collections::BTreeMap;

use aws_sdk_ecs::types::{Service as EcsService, ServiceField};
use futures_util::future::try_join_all;
use wpinfra_core::provider::{
    Draft, Identity, Observed, ReadRequest, RemoteError, RemoteErrorKind, RemoteId, RemoteResult, ResourceType, Token,
    Wait, wait,
};

use self::model::Service;
use super::{has_code, is_arn, last_part, only_missing, update_tags};
use crate::client::Aws;
use crate::error::{Call as _, found, gone_is_done, missing};
use crate::tags;
use crate::text::non_empty;

const CREATE: &str = "ecs:CreateService";
const DESCRIBE: &str = "ecs:DescribeServices";
/// Services that `DescribeServices` takes at the most.
const SERVICES_AT_ONCE: usize = 10;
/// State, for those who wait for the steady state, of a service whose deployment goes on.
const DEPLOYING: &str = "DEPLOYING";
/// State, for those who wait for the steady state, of a service whose deployment was given up.
const FAILED: &str = "FAILED";

/// The resource type.
pub struct ServiceType;

impl ResourceType for ServiceType {
    type Model = Service;
    type Client = Aws;

    // CreateService takes a token as well, so that asking again does no harm; but only the name finds a service after a restart.
    const IDENTITY: Identity = Identity::Name;
    const READY: Option<Wait> = Some(wait(&["PENDING", DEPLOYING], &["ACTIVE"]).timeout_minutes(20));
    const GONE: Option<Wait> =
        Some(wait(&["ACTIVE", DEPLOYING, FAILED, "DRAINING"], &["INACTIVE"]).timeout_minutes(20));

    fn plan(&self, aws: Option<&Aws>, draft: &mut Draft<'_>) {
        tags::plan(aws, draft);
        plan::adjust(draft);
    }

    async fn create(&self, aws: &Aws, planned: &Service, token: &Token) -> RemoteResult<RemoteId> {
        let answer = match request::creation(planned, token)?.send_with(&aws.ecs).await.named(CREATE) {
            Ok(answer) => answer,
            Err(error) => return Err(reconsidered(aws, planned, error).await),
        };
        let arn = answer.service.and_then(|service| service.service_arn);
        arn.map(RemoteId).ok_or_else(|| missing(CREATE, "service ARN"))
    }

    async fn read(&self, aws: &Aws, requests: &[ReadRequest<Service>]) -> RemoteResult<Vec<Option<Observed<Service>>>> {
        let names: Vec<Name> = requests.iter().map(|request| Name::of(&request.id, &request.prior)).collect();
        let found = services(aws, &names).await?;
        let observed = names.iter().zip(requests).map(|(name, request)| {
            let Some(service) = found.get(name) else { return Ok(None) };
            if is_arn(&request.id.0) {
                return from_aws::observed(aws, service, &request.prior).map(Some);
            }
            // After an import: the cluster is named by its ARN, however the import named it.
            from_aws::observed(aws, service, &Service { cluster: None, ..request.prior.clone() }).map(Some)
        });
        observed.collect()
    }

    async fn update(&self, aws: &Aws, id: &RemoteId, prior: &Service, planned: &Service) -> RemoteResult<()> {
        update_tags(aws, &id.0, &prior.tags_all, &planned.tags_all).await?;
        if let Some(changes) = request::changes(prior, planned)? {
            let call = changes.service(&id.0).cluster(Name::of(id, planned).cluster);
            call.send_with(&aws.ecs).await.named("ecs:UpdateService")?;
        }
        Ok(())
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, prior: &Service) -> RemoteResult<()> {
        let cluster = Name::of(id, prior).cluster;
        let force = prior.force_delete.unwrap_or(false);
        if !force && prior.scheduling_strategy != "DAEMON" {
            let drain = aws.ecs.update_service().cluster(&cluster).service(&id.0).desired_count(0);
            match drain.send().await.named("ecs:UpdateService") {
                // It is being deleted already.
                Err(error) if error.kind == RemoteErrorKind::NotFound => return Ok(()),
                other => other?,
            };
        }
        let call = aws.ecs.delete_service().cluster(&cluster).service(&id.0).force(force);
        let result = call.send().await.named("ecs:DeleteService").map(|_| ());
        gone_is_done(result.map_err(|error| {
            // A service that has just been scaled to 0 can only be refused because its tasks are still leaving.
            if has_code(&error, "InvalidParameterException") {
                RemoteError { kind: RemoteErrorKind::Busy, ..error }
            } else {
                error
            }
        }))
    }

    async fn find(&self, aws: &Aws, planned: &Service, _token: &Token) -> RemoteResult<Option<RemoteId>> {
        let name = Name::planned(planned);
        let found = services(aws, std::slice::from_ref(&name)).await?;
        let is_ours = |service: &&EcsService| {
            service.status.as_deref() == Some("ACTIVE") && from_aws::is_what_was_created(service, planned)
        };
        Ok(found.get(&name).filter(is_ours).and_then(|service| service.service_arn.clone()).map(RemoteId))
    }

    fn import(&self, id: &str) -> Result<(RemoteId, Service), String> {
        match id.split_once('/') {
            Some((cluster, name)) if !cluster.is_empty() && !name.is_empty() && !name.contains('/') => {
                let model = Service {
                    cluster: Some(cluster.to_owned()),
                    id: Some(name.to_owned()),
                    name: name.to_owned(),
                    ..Service::default()
                };
                Ok((RemoteId(name.to_owned()), model))
            }
            _ => Err("The id of a service is the names of its cluster and itself: web/site".to_owned()),
        }
    }
}

/// Names of a service and its cluster: what ECS knows it by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    cluster: String,
    service: String,
}

impl Name {
    /// Returns the names of a service from its ARN; those of older services do not tell the cluster.
    fn of(id: &RemoteId, recorded: &Service) -> Self {
        let in_arn = id.0.split_once(":service/").and_then(|(_, path)| path.split_once('/')).filter(|_| is_arn(&id.0));
        match in_arn {
            Some((cluster, service)) => Self { cluster: cluster.to_owned(), service: service.to_owned() },
            None => Self { service: last_part(&id.0).to_owned(), ..Self::planned(recorded) },
        }
    }

    fn planned(planned: &Service) -> Self {
        let cluster = non_empty(&planned.cluster).unwrap_or_else(|| "default".to_owned());
        Self { cluster: last_part(&cluster).to_owned(), service: planned.name.clone() }
    }
}

/// Returns the services that stand, read a cluster at a time.
async fn services(aws: &Aws, names: &[Name]) -> RemoteResult<BTreeMap<Name, EcsService>> {
    let mut by_cluster: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in names {
        by_cluster.entry(&name.cluster).or_default().push(&name.service);
    }
    let calls = by_cluster.iter().flat_map(|(cluster, services)| {
        services.chunks(SERVICES_AT_ONCE).map(|services| services_of_cluster(aws, cluster, services))
    });
    Ok(try_join_all(calls).await?.into_iter().flatten().collect())
}

async fn services_of_cluster(aws: &Aws, cluster: &str, services: &[&str]) -> RemoteResult<Vec<(Name, EcsService)>> {
    let call = aws
        .ecs
        .describe_services()
        .cluster(cluster)
        .set_services(Some(services.iter().map(ToString::to_string).collect()))
        .include(ServiceField::Tags);
    // Without the cluster there are no services in it.
    let Some(answer) = found(call.send().await.named(DESCRIBE))? else { return Ok(Vec::new()) };
    only_missing(DESCRIBE, answer.failures())?;
    let standing = answer.services.unwrap_or_default().into_iter();
    let named = standing.filter(|service| service.status.as_deref() != Some("INACTIVE")).filter_map(|service| {
        Some((Name { cluster: cluster.to_owned(), service: service.service_name.clone()? }, service))
    });
    Ok(named.collect())
}

/// Looks why a service was refused: ECS has one code for what is wrong and for what has to wait.
async fn reconsidered(aws: &Aws, planned: &Service, error: RemoteError) -> RemoteError {
    if !has_code(&error, "InvalidParameterException") {
        return error;
    }
    // The refusal is what matters; where nothing more can be found out, it stands.
    match has_to_wait(aws, planned).await {
        Ok(true) => RemoteError { kind: RemoteErrorKind::Busy, ..error },
        // A new role is not known everywhere at once.
        Ok(false) if non_empty(&planned.iam_role).is_some() => RemoteError { kind: RemoteErrorKind::NotFound, ..error },
        _ => error,
    }
}

/// Tells whether an older service of the name is still leaving, or a target group has no load balancer yet.
async fn has_to_wait(aws: &Aws, planned: &Service) -> RemoteResult<bool> {
    let name = Name::planned(planned);
    let older = services(aws, std::slice::from_ref(&name)).await?;
    if older.get(&name).is_some_and(|service| service.status.as_deref() == Some("DRAINING")) {
        return Ok(true);
    }
    let groups: Vec<String> =
        planned.load_balancer.iter().filter_map(|balancer| non_empty(&balancer.target_group_arn)).collect();
    if groups.is_empty() {
        return Ok(false);
    }
    let call = aws.elb.describe_target_groups().set_target_group_arns(Some(groups));
    let answer = call.send().await.named("elasticloadbalancing:DescribeTargetGroups")?;
    Ok(answer.target_groups().iter().any(|group| group.load_balancer_arns().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn import_ids_are_cluster_and_service() {
        for (id, names) in [
            ("web/site", Some(("web", "site"))),
            ("site", None),
            ("/site", None),
            ("web/", None),
            ("arn:aws:ecs:eu-west-1:123456789012:service/web/site", None),
            ("", None),
        ] {
            let imported = ServiceType.import(id).ok();
            let found =
                imported.as_ref().map(|(id, model)| (model.cluster.as_deref().unwrap_or_default(), id.0.as_str()));
            assert_eq!(found, names, "{id}");
        }
    }

    #[test]
    fn names_come_from_the_arn_or_what_is_recorded() {
        let cluster = |cluster: &str| Some(cluster.to_owned());
        for (id, recorded, expected) in [
            ("arn:aws:ecs:eu-west-1:123456789012:service/web/site", None, ("web", "site")),
            ("arn:aws:ecs:eu-west-1:123456789012:service/web/site", cluster("other"), ("web", "site")),
            ("arn:aws:ecs:eu-west-1:123456789012:service/site", cluster("web"), ("web", "site")),
            ("arn:aws:ecs:eu-west-1:123456789012:service/site", None, ("default", "site")),
            ("site", cluster("arn:aws:ecs:eu-west-1:123456789012:cluster/web"), ("web", "site")),
        ] {
            let recorded = Service { cluster: recorded, ..Service::default() };
            let name = Name::of(&RemoteId(id.to_owned()), &recorded);
            assert_eq!((name.cluster.as_str(), name.service.as_str()), expected, "{id}");
        }
    }
}
