//! Partitions of AWS: groups of regions with their own accounts, names and domains.

/// One partition.
#[derive(Debug, PartialEq, Eq)]
pub struct Partition {
    /// Name in ARNs: `aws`.
    pub id: &'static str,
    /// Domain of its services: `amazonaws.com`.
    pub dns_suffix: &'static str,
    /// That domain backwards, as service names have it: `com.amazonaws`.
    pub reverse_dns_prefix: &'static str,
    prefixes: &'static [&'static str],
}

/// All partitions that are not `aws`, by the beginnings of their region names.
const OTHERS: &[Partition] = &[
    Partition {
        id: "aws-cn",
        dns_suffix: "amazonaws.com.cn",
        reverse_dns_prefix: "cn.com.amazonaws",
        prefixes: &["cn-"],
    },
    Partition {
        id: "aws-us-gov",
        dns_suffix: "amazonaws.com",
        reverse_dns_prefix: "com.amazonaws",
        prefixes: &["us-gov-"],
    },
    Partition { id: "aws-iso", dns_suffix: "c2s.ic.gov", reverse_dns_prefix: "gov.ic.c2s", prefixes: &["us-iso-"] },
    Partition {
        id: "aws-iso-b",
        dns_suffix: "sc2s.sgov.gov",
        reverse_dns_prefix: "gov.sgov.sc2s",
        prefixes: &["us-isob-"],
    },
    Partition {
        id: "aws-iso-e",
        dns_suffix: "cloud.adc-e.uk",
        reverse_dns_prefix: "uk.adc-e.cloud",
        prefixes: &["eu-isoe-"],
    },
    Partition {
        id: "aws-iso-f",
        dns_suffix: "csp.hci.ic.gov",
        reverse_dns_prefix: "gov.ic.hci.csp",
        prefixes: &["us-isof-"],
    },
    Partition { id: "aws-eusc", dns_suffix: "amazonaws.eu", reverse_dns_prefix: "eu.amazonaws", prefixes: &["eusc-"] },
];

const COMMERCIAL: Partition =
    Partition { id: "aws", dns_suffix: "amazonaws.com", reverse_dns_prefix: "com.amazonaws", prefixes: &[] };

/// Returns the partition that a region belongs to.
pub fn partition_of(region: &str) -> &'static Partition {
    let belongs = |partition: &&Partition| partition.prefixes.iter().any(|prefix| region.starts_with(prefix));
    OTHERS.iter().find(belongs).unwrap_or(&COMMERCIAL)
}
