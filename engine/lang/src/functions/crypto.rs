//! Password hashes, UUIDs and RSA.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use num_bigint::BigUint;
use uuid::Uuid;
use wpinfra_core::{Type, Value};

use super::FunctionError;
use super::signature::{Arguments, Parameter, Signature};

pub(super) fn signatures() -> Vec<Signature> {
    vec![
        Signature::new(
            "bcrypt",
            "Returns a bcrypt hash of the text, with another salt each time.",
            [Parameter::string("str")],
            Type::String,
            hash_password,
        )
        .variadic(Parameter::number("cost")),
        Signature::new("uuid", "Returns a random UUID, another one each time.", [], Type::String, |call| {
            if !call.scope.applying {
                return Ok(call.unknown());
            }
            let bytes = random(call)?;
            Ok(Value::string(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()))
        }),
        Signature::new(
            "uuidv5",
            "Returns the UUID of a name in a namespace: dns, url, oid, x500 or a UUID.",
            [Parameter::string("namespace"), Parameter::string("name")],
            Type::String,
            |call| {
                let namespace = match call.text(0) {
                    "dns" => Uuid::NAMESPACE_DNS,
                    "url" => Uuid::NAMESPACE_URL,
                    "oid" => Uuid::NAMESPACE_OID,
                    "x500" => Uuid::NAMESPACE_X500,
                    other => Uuid::parse_str(other).map_err(|_| {
                        let message = format!("must be dns, url, oid, x500 or a UUID, not {other:?}");
                        FunctionError::argument(0, message)
                    })?,
                };
                Ok(Value::string(Uuid::new_v5(&namespace, call.text(1).as_bytes()).to_string()))
            },
        ),
        Signature::new(
            "rsadecrypt",
            "Decrypts what was encrypted for an RSA key with PKCS #1 v1.5 padding.",
            [Parameter::string("ciphertext"), Parameter::string("privatekey")],
            Type::String,
            decrypt,
        ),
    ]
}

fn random(call: &Arguments<'_>) -> Result<[u8; 16], FunctionError> {
    let bytes = (call.scope.entropy)(16);
    bytes.try_into().map_err(|_| FunctionError::new("there is no source of chance"))
}

const DEFAULT_COST: i64 = 10;
const LEAST_COST: i64 = 4;
const LONGEST_PASSWORD: usize = 72;

fn hash_password(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let cost = match call.values.len() {
        1 => DEFAULT_COST,
        2 => call.integer(1)?,
        _ => return Err(FunctionError::new("bcrypt takes one or two arguments")),
    };
    let cost = if cost < LEAST_COST { DEFAULT_COST } else { cost };
    let cost = u32::try_from(cost).ok().filter(|cost| *cost <= 31);
    let cost = cost.ok_or_else(|| FunctionError::argument(1, "the cost must be from 4 to 31"))?;
    if call.text(0).len() > LONGEST_PASSWORD {
        return Err(FunctionError::argument(0, format!("must not have more than {LONGEST_PASSWORD} bytes")));
    }
    if !call.scope.applying {
        return Ok(call.unknown());
    }
    let hash = bcrypt::hash_with_salt(call.text(0), cost, random(call)?)
        .map_err(|error| FunctionError::argument(0, error.to_string()))?;
    Ok(Value::string(hash.format_for_version(bcrypt::Version::TwoA)))
}

fn decrypt(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let ciphertext = STANDARD
        .decode(call.text(0).chars().filter(|c| !matches!(c, '\r' | '\n')).collect::<String>())
        .map_err(|_| FunctionError::argument(0, "must be Base64"))?;
    let key = PrivateKey::from_pem(call.text(1)).map_err(|problem| FunctionError::argument(1, problem))?;
    // The reason is not said: it would help who tries out ciphertexts.
    let failed = || FunctionError::new("the text cannot be decrypted with this key");
    let size = key.modulus.to_bytes_be().len();
    let message = BigUint::from_bytes_be(&ciphertext);
    if ciphertext.len() > size || message >= key.modulus {
        return Err(failed());
    }
    let decrypted = message.modpow(&key.exponent, &key.modulus).to_bytes_be();
    // Leading zeros are not part of a number: of 0, 2, padding, 0, text the first is gone.
    let padded = decrypted.strip_prefix(&[2]).filter(|_| decrypted.len() + 1 == size).ok_or_else(failed)?;
    let end = padded.iter().position(|byte| *byte == 0).filter(|end| *end >= 8).ok_or_else(failed)?;
    let text =
        std::str::from_utf8(&padded[end + 1..]).map_err(|_| FunctionError::new("the decrypted text is not UTF-8"))?;
    Ok(Value::string(text))
}

/// What decrypting needs of an RSA key.
struct PrivateKey {
    modulus: BigUint,
    exponent: BigUint,
}

impl PrivateKey {
    fn from_pem(text: &str) -> Result<Self, String> {
        let wrong = || "must be an RSA private key in PEM format".to_owned();
        let (_, rest) = text.split_once("-----BEGIN ").ok_or_else(wrong)?;
        let (label, rest) = rest.split_once("-----").ok_or_else(wrong)?;
        let (body, _) = rest.split_once("-----END ").ok_or_else(wrong)?;
        if body.contains("ENCRYPTED") || label.contains("ENCRYPTED") {
            return Err("the private key is encrypted, which is not supported".to_owned());
        }
        let body: String = body.split_whitespace().collect();
        let der = STANDARD.decode(body).map_err(|_| wrong())?;
        let key = match label {
            "RSA PRIVATE KEY" => Self::from_pkcs1(&der),
            "PRIVATE KEY" => Self::from_pkcs8(&der),
            "OPENSSH PRIVATE KEY" => Self::from_openssh(&der),
            _ => None,
        };
        key.ok_or_else(wrong)
    }

    fn from_pkcs1(der: &[u8]) -> Option<Self> {
        let (fields, _) = element(der, 0x30)?;
        let (_version, fields) = element(fields, 0x02)?;
        let (modulus, fields) = element(fields, 0x02)?;
        let (_public_exponent, fields) = element(fields, 0x02)?;
        let (exponent, _) = element(fields, 0x02)?;
        Some(Self { modulus: BigUint::from_bytes_be(modulus), exponent: BigUint::from_bytes_be(exponent) })
    }

    fn from_pkcs8(der: &[u8]) -> Option<Self> {
        let (fields, _) = element(der, 0x30)?;
        let (_version, fields) = element(fields, 0x02)?;
        let (_algorithm, fields) = element(fields, 0x30)?;
        let (key, _) = element(fields, 0x04)?;
        Self::from_pkcs1(key)
    }

    fn from_openssh(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(b"openssh-key-v1\0")?;
        let (cipher, rest) = text(rest)?;
        let (_derivation, rest) = text(rest)?;
        let (_options, rest) = text(rest)?;
        let (_public_key, rest) = text(rest.get(4..)?)?;
        let (secrets, _) = text(rest)?;
        let (kind, rest) = text(secrets.get(8..)?)?;
        if cipher != b"none" || kind != b"ssh-rsa" {
            return None;
        }
        let (modulus, rest) = text(rest)?;
        let (_public_exponent, rest) = text(rest)?;
        let (exponent, _) = text(rest)?;
        Some(Self { modulus: BigUint::from_bytes_be(modulus), exponent: BigUint::from_bytes_be(exponent) })
    }
}

/// Splits off the content of an element of a DER sequence.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let [found, first, rest @ ..] = der else { return None };
    if *found != tag {
        return None;
    }
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(*first & 0x7f))?;
        (bytes.iter().try_fold(0_usize, |sum, byte| sum.checked_mul(256)?.checked_add(usize::from(*byte)))?, rest)
    };
    rest.split_at_checked(length)
}

/// Splits off a text of an OpenSSH structure, which its length precedes.
fn text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_at_checked(4)?;
    let length = u32::from_be_bytes(length.try_into().ok()?);
    rest.split_at_checked(usize::try_from(length).ok()?)
}
