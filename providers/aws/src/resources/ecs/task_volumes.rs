//! Volumes of a task definition.

use std::collections::BTreeMap;

use aws_sdk_ecs::types::{
    DockerVolumeConfiguration, EfsAuthorizationConfig, EfsAuthorizationConfigIam, EfsTransitEncryption,
    EfsVolumeConfiguration, FSxWindowsFileServerAuthorizationConfig, FSxWindowsFileServerVolumeConfiguration,
    HostVolumeProperties, Scope, Volume as EcsVolume,
};
use wpinfra_core::provider::RemoteResult;
use wpinfra_schema_derive::BlockModel;

use super::{built, small};
use crate::text::non_empty;

/// A volume that containers can mount.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct Volume {
    /// Whether the service says what stands behind the volume.
    #[attr(optional, computed, replace)]
    pub configure_at_launch: Option<bool>,
    /// Path on the host that the volume is.
    #[attr(optional, replace)]
    pub host_path: Option<String>,
    /// Name by which containers mount it.
    #[attr(required, replace)]
    pub name: String,
    /// Volume of Docker.
    #[block(list, replace)]
    pub docker_volume_configuration: Option<DockerVolume>,
    /// File system of EFS.
    #[block(list, replace)]
    pub efs_volume_configuration: Option<EfsVolume>,
    /// Windows file system of `FSx`.
    #[block(list, replace)]
    pub fsx_windows_file_server_volume_configuration: Option<FsxVolume>,
}

/// Volume of Docker.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct DockerVolume {
    /// Whether it is made if it is not there.
    #[attr(optional, default = false, replace)]
    pub autoprovision: bool,
    /// Driver of Docker.
    #[attr(optional, computed, replace)]
    pub driver: Option<String>,
    /// Options of the driver.
    #[attr(optional, replace)]
    pub driver_opts: Option<BTreeMap<String, String>>,
    /// Labels of the volume.
    #[attr(optional, replace)]
    pub labels: Option<BTreeMap<String, String>>,
    /// Whether it ends with the task or is shared with others.
    #[attr(optional, computed, replace, one_of("task", "shared"))]
    pub scope: Option<String>,
}

/// File system of EFS.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct EfsVolume {
    /// Id of the file system.
    #[attr(required, replace)]
    pub file_system_id: String,
    /// Folder of the file system that is the root of the volume.
    #[attr(optional, default = "/", replace)]
    pub root_directory: String,
    /// Whether the way to the file system is encrypted.
    #[attr(optional, replace, one_of("ENABLED", "DISABLED"))]
    pub transit_encryption: Option<String>,
    /// Port that encrypted data passes.
    #[attr(optional, default = 0, replace, range(0, 65535), integer)]
    pub transit_encryption_port: i64,
    /// How the task is let in.
    #[block(list)]
    pub authorization_config: Option<EfsAuthorization>,
}

/// How the task is let into a file system of EFS.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct EfsAuthorization {
    /// Access point to go through.
    #[attr(optional, replace)]
    pub access_point_id: Option<String>,
    /// Whether the task role counts.
    #[attr(optional, replace, one_of("ENABLED", "DISABLED"))]
    pub iam: Option<String>,
}

/// Windows file system of `FSx`.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct FsxVolume {
    /// Id of the file system.
    #[attr(required, replace)]
    pub file_system_id: String,
    /// Folder of the file system that is the root of the volume.
    #[attr(required, replace)]
    pub root_directory: String,
    /// How the task is let in.
    #[block(list, min = 1)]
    pub authorization_config: Option<FsxAuthorization>,
}

/// How the task is let into a file system of `FSx`.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct FsxAuthorization {
    /// Secret or parameter that holds user name and password.
    #[attr(required, replace, format(Arn))]
    pub credentials_parameter: String,
    /// Domain of Active Directory.
    #[attr(required, replace)]
    pub domain: String,
}

/// Returns a volume as a request has it.
pub(super) fn volume_to_aws(volume: &Volume) -> RemoteResult<EcsVolume> {
    let host = non_empty(&volume.host_path).map(|path| HostVolumeProperties::builder().source_path(path).build());
    Ok(EcsVolume::builder()
        .name(&volume.name)
        .set_configured_at_launch(volume.configure_at_launch)
        .set_host(host)
        .set_docker_volume_configuration(volume.docker_volume_configuration.as_ref().map(docker_to_aws))
        .set_efs_volume_configuration(volume.efs_volume_configuration.as_ref().map(efs_to_aws).transpose()?)
        .set_fsx_windows_file_server_volume_configuration(
            volume.fsx_windows_file_server_volume_configuration.as_ref().map(fsx_to_aws).transpose()?,
        )
        .build())
}

/// Returns a volume as an answer has it.
pub(super) fn volume_from_aws(volume: &EcsVolume) -> Volume {
    let host = volume.host.as_ref().and_then(|host| host.source_path.clone());
    Volume {
        configure_at_launch: Some(volume.configured_at_launch.unwrap_or(false)),
        host_path: Some(host.unwrap_or_default()),
        name: volume.name.clone().unwrap_or_default(),
        docker_volume_configuration: volume.docker_volume_configuration.as_ref().map(docker_from_aws),
        efs_volume_configuration: volume.efs_volume_configuration.as_ref().map(efs_from_aws),
        fsx_windows_file_server_volume_configuration: volume
            .fsx_windows_file_server_volume_configuration
            .as_ref()
            .map(fsx_from_aws),
    }
}

fn docker_to_aws(docker: &DockerVolume) -> DockerVolumeConfiguration {
    let map = |map: &Option<BTreeMap<String, String>>| {
        map.as_ref().filter(|map| !map.is_empty()).map(|map| map.clone().into_iter().collect())
    };
    let scope = non_empty(&docker.scope).map(|scope| Scope::from(scope.as_str()));
    // A volume of one task cannot be provisioned beforehand, and ECS does not want to hear of it.
    let autoprovision = (scope != Some(Scope::Task)).then_some(docker.autoprovision);
    DockerVolumeConfiguration::builder()
        .set_autoprovision(autoprovision)
        .set_scope(scope)
        .set_driver(non_empty(&docker.driver))
        .set_driver_opts(map(&docker.driver_opts))
        .set_labels(map(&docker.labels))
        .build()
}

fn docker_from_aws(docker: &DockerVolumeConfiguration) -> DockerVolume {
    DockerVolume {
        autoprovision: docker.autoprovision.unwrap_or(false),
        driver: Some(docker.driver.clone().unwrap_or_default()),
        driver_opts: docker.driver_opts.clone().filter(|map| !map.is_empty()).map(|map| map.into_iter().collect()),
        labels: docker.labels.clone().filter(|map| !map.is_empty()).map(|map| map.into_iter().collect()),
        scope: Some(docker.scope.as_ref().map_or("", Scope::as_str).to_owned()),
    }
}

fn efs_to_aws(efs: &EfsVolume) -> RemoteResult<EfsVolumeConfiguration> {
    let authorization = efs.authorization_config.as_ref().map(|authorization| {
        EfsAuthorizationConfig::builder()
            .set_access_point_id(non_empty(&authorization.access_point_id))
            .set_iam(non_empty(&authorization.iam).map(|iam| EfsAuthorizationConfigIam::from(iam.as_str())))
            .build()
    });
    built(
        EfsVolumeConfiguration::builder()
            .file_system_id(&efs.file_system_id)
            .root_directory(&efs.root_directory)
            .set_transit_encryption(
                non_empty(&efs.transit_encryption).map(|state| EfsTransitEncryption::from(state.as_str())),
            )
            .set_transit_encryption_port(Some(small(efs.transit_encryption_port)).filter(|port| *port != 0))
            .set_authorization_config(authorization)
            .build(),
    )
}

fn efs_from_aws(efs: &EfsVolumeConfiguration) -> EfsVolume {
    EfsVolume {
        file_system_id: efs.file_system_id.clone(),
        root_directory: efs.root_directory.clone().unwrap_or_default(),
        transit_encryption: Some(efs.transit_encryption.as_ref().map_or("", EfsTransitEncryption::as_str).to_owned()),
        transit_encryption_port: efs.transit_encryption_port.unwrap_or(0).into(),
        authorization_config: efs.authorization_config.as_ref().map(|authorization| EfsAuthorization {
            access_point_id: Some(authorization.access_point_id.clone().unwrap_or_default()),
            iam: Some(authorization.iam.as_ref().map_or("", EfsAuthorizationConfigIam::as_str).to_owned()),
        }),
    }
}

fn fsx_to_aws(fsx: &FsxVolume) -> RemoteResult<FSxWindowsFileServerVolumeConfiguration> {
    let authorization = fsx.authorization_config.as_ref().map(|authorization| {
        built(
            FSxWindowsFileServerAuthorizationConfig::builder()
                .credentials_parameter(&authorization.credentials_parameter)
                .domain(&authorization.domain)
                .build(),
        )
    });
    built(
        FSxWindowsFileServerVolumeConfiguration::builder()
            .file_system_id(&fsx.file_system_id)
            .root_directory(&fsx.root_directory)
            .set_authorization_config(authorization.transpose()?)
            .build(),
    )
}

fn fsx_from_aws(fsx: &FSxWindowsFileServerVolumeConfiguration) -> FsxVolume {
    FsxVolume {
        file_system_id: fsx.file_system_id.clone(),
        root_directory: fsx.root_directory.clone(),
        authorization_config: fsx.authorization_config.as_ref().map(|authorization| FsxAuthorization {
            credentials_parameter: authorization.credentials_parameter.clone(),
            domain: authorization.domain.clone(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_survive_the_way_to_aws_and_back() {
        let text = |text: &str| Some(text.to_owned());
        let base = || Volume {
            configure_at_launch: Some(false),
            host_path: text(""),
            name: "data".to_owned(),
            ..Volume::default()
        };
        let docker = |scope: &str, autoprovision| DockerVolume {
            autoprovision,
            driver: text("local"),
            driver_opts: Some(BTreeMap::from([("type".to_owned(), "tmpfs".to_owned())])),
            labels: None,
            scope: text(scope),
        };
        let efs = |port, authorization_config| EfsVolume {
            file_system_id: "fs-1".to_owned(),
            root_directory: "/content".to_owned(),
            transit_encryption: text("ENABLED"),
            transit_encryption_port: port,
            authorization_config,
        };
        let authorization = EfsAuthorization { access_point_id: text(""), iam: text("ENABLED") };
        let fsx = FsxVolume {
            file_system_id: "fs-2".to_owned(),
            root_directory: "share".to_owned(),
            authorization_config: Some(FsxAuthorization {
                credentials_parameter: "arn:aws:ssm:eu-west-1:123456789012:parameter/a".to_owned(),
                domain: "example.org".to_owned(),
            }),
        };
        for volume in [
            base(),
            Volume { configure_at_launch: Some(true), ..base() },
            Volume { host_path: text("/srv"), ..base() },
            Volume { docker_volume_configuration: Some(docker("shared", true)), ..base() },
            Volume { docker_volume_configuration: Some(docker("task", false)), ..base() },
            Volume { efs_volume_configuration: Some(efs(0, None)), ..base() },
            Volume { efs_volume_configuration: Some(efs(2999, Some(authorization.clone()))), ..base() },
            Volume { fsx_windows_file_server_volume_configuration: Some(fsx.clone()), ..base() },
        ] {
            assert_eq!(volume_from_aws(&volume_to_aws(&volume).expect("a volume")), volume);
        }
    }
}
