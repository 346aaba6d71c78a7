//! Functions of IP networks.

use std::net::{Ipv4Addr, Ipv6Addr};

use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive, Zero};
use wpinfra_core::{Type, Value};

use super::FunctionError;
use super::signature::{Arguments, Parameter, Signature};
use super::string::strings;

pub(super) fn signatures() -> Vec<Signature> {
    let prefix = || Parameter::string("prefix");
    vec![
        Signature::new(
            "cidrhost",
            "Returns the address with the number in the network; negative numbers count from the end.",
            [prefix(), Parameter::number("hostnum")],
            Type::String,
            |call| {
                let network = Network::of(call)?;
                let number = call.number(1).to_integer();
                let number = number.ok_or_else(|| FunctionError::argument(1, "a whole number is required"))?;
                let size = BigInt::one() << (network.bits - network.length);
                let host = if number.is_negative() { &number + &size } else { number.clone() };
                if host.is_negative() || host >= size {
                    let message = format!("a prefix of {} bits has no host number {number}", network.length);
                    return Err(FunctionError::argument(1, message));
                }
                Ok(Value::string(network.text(&(&network.address + host))))
            },
        ),
        Signature::new(
            "cidrnetmask",
            "Returns the mask of an IPv4 network in dotted notation.",
            [prefix()],
            Type::String,
            |call| {
                let network = Network::of(call)?;
                if network.bits != 32 {
                    return Err(FunctionError::argument(0, "IPv6 networks have no mask"));
                }
                let all = (BigInt::one() << 32_u32) - 1;
                let host = (BigInt::one() << (32 - network.length)) - 1;
                Ok(Value::string(network.text(&(all - host))))
            },
        ),
        Signature::new(
            "cidrsubnet",
            "Returns the subnet with the number, whose prefix is so many bits longer.",
            [prefix(), Parameter::number("newbits"), Parameter::number("netnum")],
            Type::String,
            subnet,
        ),
        Signature::new(
            "cidrsubnets",
            "Returns subnets that follow one another, each with so many bits more in its prefix.",
            [prefix()],
            Type::list(Type::String),
            subnets,
        )
        .variadic(Parameter::number("newbits")),
    ]
}

/// An IP network without host bits.
struct Network {
    address: BigInt,
    /// Bits of the prefix.
    length: u32,
    /// Bits of an address: 32 or 128.
    bits: u32,
}

impl Network {
    fn of(call: &Arguments<'_>) -> Result<Self, FunctionError> {
        let text = call.text(0);
        Self::parse(text)
            .ok_or_else(|| FunctionError::argument(0, format!("must be a network like 10.0.0.0/16, not {text:?}")))
    }

    fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let (address, bits) = match ipv4(address) {
            Some(address) => (BigInt::from(address), 32),
            None => (BigInt::from(address.parse::<Ipv6Addr>().ok()?.to_bits()), 128),
        };
        if length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let length: u32 = length.parse().ok().filter(|length| *length <= bits)?;
        let host = bits - length;
        Some(Self { address: (address >> host) << host, length, bits })
    }

    /// Returns an address as text.
    fn text(&self, address: &BigInt) -> String {
        let magnitude = address.magnitude();
        if self.bits == 32 {
            return Ipv4Addr::from_bits(magnitude.to_u32().unwrap_or(0)).to_string();
        }
        Ipv6Addr::from_bits(magnitude.to_u128().unwrap_or(0)).to_string()
    }
}

/// Reads an IPv4 address; zeros may stand before the numbers, and they remain decimal.
fn ipv4(text: &str) -> Option<u32> {
    let mut address = 0;
    let mut parts = 0;
    for part in text.split('.') {
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        address = (address << 8) | u32::from(part.parse::<u8>().ok()?);
        parts += 1;
    }
    (parts == 4).then_some(address)
}

fn subnet(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let network = Network::of(call)?;
    let new_bits = call.integer(1)?;
    let number = call.number(2).to_integer().ok_or_else(|| FunctionError::argument(2, "a whole number is required"))?;
    let length = i64::from(network.length) + new_bits;
    let length = u32::try_from(length).ok().filter(|length| *length <= network.bits).ok_or_else(|| {
        let message = format!(
            "a prefix of {} bits cannot get {new_bits} more: an address has {} bits",
            network.length, network.bits
        );
        FunctionError::argument(1, message)
    })?;
    if u32::try_from(new_bits).is_ok_and(|new_bits| number >= BigInt::one() << new_bits) {
        let message = format!("{new_bits} more bits of prefix give no subnet number {number}");
        return Err(FunctionError::argument(2, message));
    }
    // Terraform lets a negative number run over into the prefix; so be it.
    let address = &network.address | (number << (network.bits - length));
    Ok(Value::string(format!("{}/{length}", network.text(&address))))
}

/// As in Terraform, where it keeps 32-bit machines from overflowing.
const MOST_NEW_BITS: i64 = 32;

fn subnets(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let network = Network::of(call)?;
    let end = &network.address + (BigInt::one() << (network.bits - network.length));
    let mut next = network.address.clone();
    let mut found = Vec::new();
    for index in 1..call.values.len() {
        let new_bits = call.integer(index)?;
        if !(1..=MOST_NEW_BITS).contains(&new_bits) {
            let message = format!("a prefix can get from 1 to {MOST_NEW_BITS} more bits, not {new_bits}");
            return Err(FunctionError::argument(index, message));
        }
        let length = network.length + u32::try_from(new_bits).unwrap_or(u32::MAX);
        if length > network.bits {
            let message = format!("a prefix of {length} bits is too long: an address has {} bits", network.bits);
            return Err(FunctionError::argument(index, message));
        }
        let size = BigInt::one() << (network.bits - length);
        let rest = &next % &size;
        if !rest.is_zero() {
            next += &size - rest;
        }
        if &next + &size > end {
            let message = format!("there is no room left for a subnet with a prefix of {length} bits");
            return Err(FunctionError::argument(index, message));
        }
        found.push(format!("{}/{length}", network.text(&next)));
        next += size;
    }
    Ok(strings(found))
}
