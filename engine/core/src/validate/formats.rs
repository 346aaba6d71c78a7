//! Formats of texts.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use ipnet::IpNet;
use regex::Regex;
use serde_json::Value as Json;

use crate::schema::Format;

/// Tells whether the pattern matches; one that is no regular expression matches everything.
pub(super) fn matches(pattern: &'static str, text: &str) -> bool {
    static COMPILED: Mutex<BTreeMap<&'static str, Option<Regex>>> = Mutex::new(BTreeMap::new());
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let regex = compiled.entry(pattern).or_insert_with(|| Regex::new(pattern).ok());
    regex.as_ref().is_none_or(|regex| regex.is_match(text))
}

/// Checks a text; the error says what it should be.
pub(super) fn check(format: Format, text: &str) -> Result<(), String> {
    let require = |holds: bool, should: &str| if holds { Ok(()) } else { Err(should.to_owned()) };
    match format {
        // The provider takes an empty text for "none" here.
        Format::Arn | Format::DayWindow | Format::WeekWindow if text.is_empty() => Ok(()),
        Format::Cidr4 => {
            network(text, "must be an IPv4 network such as 10.0.0.0/16", |net| matches!(net, IpNet::V4(_)))
        }
        Format::Cidr6 => {
            network(text, "must be an IPv6 network such as 2001:db8::/56", |net| matches!(net, IpNet::V6(_)))
        }
        Format::Cidr => network(text, "must be a network such as 10.0.0.0/16", |_| true),
        Format::Ipv4 => require(text.parse::<Ipv4Addr>().is_ok(), "must be an IPv4 address such as 10.0.0.1"),
        Format::Ipv6 => require(text.parse::<Ipv6Addr>().is_ok(), "must be an IPv6 address such as 2001:db8::1"),
        Format::Arn => require(is_arn(text), "must be an ARN such as arn:aws:iam::123456789012:role/name"),
        Format::Json => {
            serde_json::from_str::<Json>(text).map(|_| ()).map_err(|error| format!("must be JSON ({error})"))
        }
        Format::Policy => policy(text),
        Format::Rfc3339 => {
            let pattern = r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$";
            require(matches(pattern, text), "must be a time such as 2030-01-01T00:00:00Z")
        }
        Format::Duration => {
            let pattern = r"^[+-]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$";
            require(matches(pattern, text), "must be a duration such as 1h30m")
        }
        Format::WeekWindow => {
            let pattern = r"(?i)^(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d-(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d$";
            require(matches(pattern, text), "must be a weekly window such as mon:04:00-mon:05:00")
        }
        Format::DayWindow => {
            let pattern = r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$";
            require(matches(pattern, text), "must be a daily window such as 02:00-03:00")
        }
        Format::Base64 => {
            let pattern = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$";
            require(matches(pattern, text), "must be base64")
        }
        Format::AccountId => require(matches(r"^\d{12}$", text), "must be an account id of twelve digits"),
    }
}

fn network(text: &str, should: &str, right_family: fn(&IpNet) -> bool) -> Result<(), String> {
    let Some(net) = text.parse::<IpNet>().ok().filter(right_family) else { return Err(should.to_owned()) };
    if net.addr() != net.network() {
        return Err(format!("must be a network without bits beyond its prefix: {}", net.trunc()));
    }
    // Addresses have more than one spelling, but the service keeps its own.
    let canonical = match net.addr() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => address.to_string(),
    };
    let written = text.split('/').next().unwrap_or_default();
    if written.eq_ignore_ascii_case(&canonical) { Ok(()) } else { Err(format!("must be written as {net}")) }
}

fn is_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    parts.len() == 6 && parts[0] == "arn" && parts[1].starts_with("aws") && !parts[2].is_empty() && !parts[5].is_empty()
}

fn policy(text: &str) -> Result<(), String> {
    if text.trim_start() != text {
        return Err("must be a policy in JSON without white space at its beginning".to_owned());
    }
    match serde_json::from_str::<Json>(text) {
        Ok(Json::Object(_)) => Ok(()),
        Ok(_) => Err("must be a policy, which is a JSON object".to_owned()),
        Err(error) => Err(format!("must be a policy in JSON ({error})")),
    }
}
