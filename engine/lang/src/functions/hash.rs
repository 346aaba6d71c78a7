//! Hashes of texts and files.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest;
use wpinfra_core::{Type, Value};

use super::filesystem;
use super::signature::{Parameter, Signature};

/// Declares the variants of one hash: of a text and of a file, each in hexadecimal digits and some in Base64.
macro_rules! hash {
    ($name:expr, $file:expr, $title:expr, $hash:ty) => {
        [
            Signature::new(
                $name,
                concat!("Returns the ", $title, " hash of the text in hexadecimal digits."),
                [Parameter::string("str")],
                Type::String,
                |call| Ok(Value::string(hexadecimal(&<$hash>::digest(call.text(0))))),
            ),
            Signature::new(
                $file,
                concat!("Returns the ", $title, " hash of the content of a file in hexadecimal digits."),
                [Parameter::string("path")],
                Type::String,
                |call| Ok(Value::string(hexadecimal(&<$hash>::digest(filesystem::read(call, 0)?)))),
            ),
        ]
    };
    ($name:expr, $file:expr, $title:expr, $hash:ty, base64) => {
        [
            Signature::new(
                $name,
                concat!("Returns the ", $title, " hash of the text in Base64."),
                [Parameter::string("str")],
                Type::String,
                |call| Ok(Value::string(STANDARD.encode(<$hash>::digest(call.text(0))))),
            ),
            Signature::new(
                $file,
                concat!("Returns the ", $title, " hash of the content of a file in Base64."),
                [Parameter::string("path")],
                Type::String,
                |call| Ok(Value::string(STANDARD.encode(<$hash>::digest(filesystem::read(call, 0)?)))),
            ),
        ]
    };
}

pub(super) fn signatures() -> Vec<Signature> {
    [
        hash!("md5", "filemd5", "MD5", md5::Md5),
        hash!("sha1", "filesha1", "SHA-1", sha1::Sha1),
        hash!("sha256", "filesha256", "SHA-256", sha2::Sha256),
        hash!("sha512", "filesha512", "SHA-512", sha2::Sha512),
        hash!("base64sha256", "filebase64sha256", "SHA-256", sha2::Sha256, base64),
        hash!("base64sha512", "filebase64sha512", "SHA-512", sha2::Sha512, base64),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
