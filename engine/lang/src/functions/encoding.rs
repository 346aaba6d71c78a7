//! Base64, character encodings, URLs and CSV.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use encoding_rs::Encoding;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use wpinfra_core::{Type, Value};

use super::FunctionError;
use super::signature::{Arguments, Parameter, Signature};

pub(super) fn signatures() -> Vec<Signature> {
    let text = || [Parameter::string("str")];
    vec![
        Signature::new(
            "base64encode",
            "Encodes the UTF-8 bytes of the text in Base64.",
            text(),
            Type::String,
            |call| Ok(Value::string(STANDARD.encode(call.text(0)))),
        ),
        Signature::new(
            "base64decode",
            "Decodes Base64 to the text that it stands for.",
            text(),
            Type::String,
            |call| {
                let bytes = decode_base64(call.text(0))?;
                let text = String::from_utf8(bytes).map_err(|_| {
                    FunctionError::argument(0, "does not stand for a text: the decoded bytes are not UTF-8")
                })?;
                Ok(Value::string(text))
            },
        ),
        Signature::new(
            "base64gzip",
            "Compresses the UTF-8 bytes of the text with gzip and encodes them in Base64.",
            text(),
            Type::String,
            |call| {
                let compressed = compress(call.text(0).as_bytes())
                    .map_err(|error| FunctionError::argument(0, format!("cannot be compressed: {error}")))?;
                Ok(Value::string(STANDARD.encode(compressed)))
            },
        ),
        Signature::new(
            "textencodebase64",
            "Encodes the text in the character encoding and then in Base64.",
            [Parameter::string("string"), Parameter::string("encoding")],
            Type::String,
            |call| {
                let charset = Charset::find(call.text(1))?;
                let bytes = charset.encode(call.text(0)).ok_or_else(|| {
                    FunctionError::argument(0, format!("has characters that {} does not have", call.text(1)))
                })?;
                Ok(Value::string(STANDARD.encode(bytes)))
            },
        ),
        Signature::new(
            "textdecodebase64",
            "Decodes Base64 and then the character encoding.",
            [Parameter::string("source"), Parameter::string("encoding")],
            Type::String,
            |call| {
                let charset = Charset::find(call.text(1))?;
                let bytes = decode_base64(call.text(0))?;
                let text = charset.decode(&bytes).ok_or_else(|| {
                    FunctionError::argument(0, format!("has bytes that mean nothing in {}", call.text(1)))
                })?;
                Ok(Value::string(text))
            },
        ),
        Signature::new("urlencode", "Escapes the text for use in the query of a URL.", text(), Type::String, |call| {
            Ok(Value::string(urlencode(call.text(0))))
        }),
        Signature::new(
            "csvdecode",
            "Reads comma-separated values with a line of names to a list of objects.",
            text(),
            Type::Dynamic,
            csv_decode,
        )
        .typed(|arguments| match arguments[0].as_str() {
            Some(text) => Ok(read_csv(text)?.ty().clone()),
            None => Ok(Type::Dynamic),
        }),
    ]
}

fn decode_base64(text: &str) -> Result<Vec<u8>, FunctionError> {
    // Newlines may stand anywhere, and what the last digit has too many bits of is not looked at.
    let engine = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
    );
    let text: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    engine.decode(text).map_err(|error| FunctionError::argument(0, format!("is not Base64: {error}")))
}

/// Compresses as Go does: the text is flushed, and an empty stored block ends the stream.
fn compress(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    // No time, no name, no system.
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut writer = DeflateEncoder::new(Vec::new(), Compression::default());
    writer.write_all(bytes)?;
    writer.flush()?;
    out.extend_from_slice(writer.get_ref());
    out.extend_from_slice(&[1, 0, 0, 0xff, 0xff]);
    let mut checksum = Crc::new();
    checksum.update(bytes);
    out.extend_from_slice(&checksum.sum().to_le_bytes());
    out.extend_from_slice(&checksum.amount().to_le_bytes());
    Ok(out)
}

/// A character encoding by its IANA name.
enum Charset {
    Ascii,
    Latin1,
    Utf16 { big_endian: bool, byte_order_mark: bool },
    Other(&'static Encoding),
}

/// Names and aliases that the IANA registers, beside those of encodings that are handled here.
const IANA_NAMES: &[&str] = &[
    "utf-8",
    "csutf8",
    "iso-8859-2",
    "iso_8859-2",
    "iso_8859-2:1987",
    "iso-ir-101",
    "latin2",
    "l2",
    "csisolatin2",
    "iso-8859-3",
    "iso_8859-3",
    "latin3",
    "l3",
    "iso-8859-4",
    "iso_8859-4",
    "latin4",
    "l4",
    "iso-8859-5",
    "iso_8859-5",
    "cyrillic",
    "iso-8859-6",
    "iso_8859-6",
    "arabic",
    "iso-8859-7",
    "iso_8859-7",
    "greek",
    "iso-8859-8",
    "iso_8859-8",
    "hebrew",
    "iso-8859-10",
    "latin6",
    "l6",
    "iso-8859-13",
    "iso-8859-14",
    "iso_8859-14",
    "latin8",
    "l8",
    "iso-8859-15",
    "iso_8859-15",
    "latin-9",
    "iso-8859-16",
    "iso_8859-16",
    "latin10",
    "l10",
    "koi8-r",
    "cskoi8r",
    "koi8-u",
    "macintosh",
    "mac",
    "csmacintosh",
    "windows-874",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "ibm866",
    "cp866",
    "866",
    "gbk",
    "cp936",
    "ms936",
    "windows-936",
    "gb18030",
    "gb2312",
    "csgb2312",
    "big5",
    "csbig5",
    "euc-jp",
    "cseucpkdfmtjapanese",
    "iso-2022-jp",
    "csiso2022jp",
    "shift_jis",
    "ms_kanji",
    "csshiftjis",
    "euc-kr",
    "cseuckr",
];

impl Charset {
    fn find(name: &str) -> Result<Self, FunctionError> {
        let lower = name.to_ascii_lowercase();
        let found = match lower.as_str() {
            "us-ascii" | "ascii" | "iso-ir-6" | "ansi_x3.4-1968" | "ansi_x3.4-1986" | "iso_646.irv:1991"
            | "iso646-us" | "us" | "ibm367" | "cp367" | "csascii" => Self::Ascii,
            "iso-8859-1" | "iso_8859-1" | "iso_8859-1:1987" | "iso-ir-100" | "latin1" | "l1" | "ibm819" | "cp819"
            | "csisolatin1" => Self::Latin1,
            "utf-16" | "csutf16" => Self::Utf16 { big_endian: true, byte_order_mark: true },
            "utf-16be" | "csutf16be" => Self::Utf16 { big_endian: true, byte_order_mark: false },
            "utf-16le" | "csutf16le" => Self::Utf16 { big_endian: false, byte_order_mark: false },
            other if IANA_NAMES.contains(&other) => {
                let label = other.strip_prefix("csutf8").map_or(other, |_| "utf-8");
                let label = match label {
                    "iso_8859-14" | "latin8" | "l8" => "iso-8859-14",
                    "iso_8859-16" | "latin10" | "l10" => "iso-8859-16",
                    "latin-9" => "iso-8859-15",
                    "cp936" | "ms936" | "windows-936" => "gbk",
                    other => other,
                };
                match Encoding::for_label(label.as_bytes()) {
                    Some(encoding) => Self::Other(encoding),
                    None => return Err(Self::unsupported(name)),
                }
            }
            _ => return Err(Self::unsupported(name)),
        };
        Ok(found)
    }

    fn unsupported(name: &str) -> FunctionError {
        FunctionError::argument(1, format!("{name:?} is not the IANA name of a character encoding known here"))
    }

    fn encode(&self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Ascii => text.is_ascii().then(|| text.as_bytes().to_vec()),
            Self::Latin1 => text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect(),
            Self::Utf16 { big_endian, byte_order_mark } => {
                let mark = byte_order_mark.then_some(0xfeff);
                let units = mark.into_iter().chain(text.encode_utf16());
                Some(units.flat_map(|unit| if *big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect())
            }
            Self::Other(encoding) => {
                let (bytes, _, unmappable) = encoding.encode(text);
                (!unmappable).then(|| bytes.into_owned())
            }
        }
    }

    fn decode(&self, bytes: &[u8]) -> Option<String> {
        match self {
            Self::Ascii => bytes.is_ascii().then(|| bytes.iter().copied().map(char::from).collect()),
            Self::Latin1 => Some(bytes.iter().copied().map(char::from).collect()),
            Self::Utf16 { big_endian, byte_order_mark } => decode_utf16(bytes, *big_endian, *byte_order_mark),
            Self::Other(encoding) => {
                let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?.into_owned();
                // The web's tables give C1 controls to bytes that have no meaning.
                (*encoding == encoding_rs::UTF_8 || !text.chars().any(|c| matches!(c, '\u{80}'..='\u{9f}')))
                    .then_some(text)
            }
        }
    }
}

fn decode_utf16(bytes: &[u8], big_endian: bool, byte_order_mark: bool) -> Option<String> {
    let (bytes, big_endian) = match bytes {
        [0xfe, 0xff, rest @ ..] if byte_order_mark => (rest, true),
        [0xff, 0xfe, rest @ ..] if byte_order_mark => (rest, false),
        all => (all, big_endian),
    };
    if bytes.len() % 2 == 1 {
        return None;
    }
    let unit = |pair: &[u8]| {
        let pair = [pair[0], pair[1]];
        if big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    };
    char::decode_utf16(bytes.chunks_exact(2).map(unit)).collect::<Result<_, _>>().ok()
}

fn urlencode(text: &str) -> String {
    use std::fmt::Write as _;
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => escaped.push(char::from(byte)),
            b' ' => escaped.push('+'),
            other => _ = write!(escaped, "%{other:02X}"),
        }
    }
    escaped
}

fn csv_decode(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    read_csv(call.text(0))
}

fn read_csv(text: &str) -> Result<Value, FunctionError> {
    let mut records = csv_records(text).map_err(|problem| FunctionError::argument(0, problem))?.into_iter();
    let Some((_, names)) = records.next() else {
        return Err(FunctionError::argument(0, "the line with the names of the columns is missing"));
    };
    if let Some((at, twice)) = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        return Err(FunctionError::argument(0, format!("column {} has the name {twice:?} of another one", at + 1)));
    }
    let row = Type::object(names.iter().map(|name| (name.as_str(), Type::String)));
    let mut rows = Vec::new();
    for (line, fields) in records {
        if fields.len() != names.len() {
            let message = format!("line {line} has {} fields, but there are {} columns", fields.len(), names.len());
            return Err(FunctionError::argument(0, message));
        }
        let fields = names.iter().zip(&fields).map(|(name, field)| (name.as_str(), Value::string(field)));
        rows.push(Value::object(fields));
    }
    Ok(Value::list(row, rows))
}

/// Divides CSV into records with the numbers of their lines. Quotes are taken as strictly as Go takes them.
fn csv_records(text: &str) -> Result<Vec<(usize, Vec<String>)>, String> {
    let text = text.replace("\r\n", "\n");
    let mut records = Vec::new();
    let mut rest = text.strip_suffix('\r').unwrap_or(&text);
    let mut line = 1;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('\n') {
            (rest, line) = (after, line + 1);
            continue;
        }
        let start = line;
        let mut fields = Vec::new();
        loop {
            let (field, after) = field(rest, &mut line)?;
            fields.push(field);
            let Some(next) = after.strip_prefix(',') else {
                rest = after.strip_prefix('\n').unwrap_or(after);
                line += 1;
                break;
            };
            rest = next;
        }
        records.push((start, fields));
    }
    Ok(records)
}

/// Reads a field, and what follows it.
fn field<'t>(rest: &'t str, line: &mut usize) -> Result<(String, &'t str), String> {
    if let Some(quoted) = rest.strip_prefix('"') {
        return quoted_field(quoted, line);
    }
    let end = rest.find([',', '\n']).unwrap_or(rest.len());
    if rest[..end].contains('"') {
        return Err(format!("line {line} has a quote inside of a field without quotes"));
    }
    Ok((rest[..end].to_owned(), &rest[end..]))
}

/// Reads a field after its opening quote, and what follows it.
fn quoted_field<'t>(mut rest: &'t str, line: &mut usize) -> Result<(String, &'t str), String> {
    let mut field = String::new();
    let start = *line;
    loop {
        let end = rest.find('"').ok_or_else(|| format!("line {start} has a quote that is not closed"))?;
        field.push_str(&rest[..end]);
        *line += rest[..end].matches('\n').count();
        rest = &rest[end + 1..];
        if let Some(after) = rest.strip_prefix('"') {
            field.push('"');
            rest = after;
        } else if rest.is_empty() || rest.starts_with([',', '\n']) {
            return Ok((field, rest));
        } else {
            return Err(format!("line {line} has something after a closing quote"));
        }
    }
}
