//! Functions of dates and times.
//!
//! The arithmetic is done here: Terraform's times reach beyond the years that the usual crates know, and all it takes is
//! the number of days from the beginning of the era.

use wpinfra_core::{Type, Value};

use super::FunctionError;
use super::signature::{Arguments, Parameter, Signature};

pub(super) fn signatures() -> Vec<Signature> {
    vec![
        Signature::new(
            "formatdate",
            "Writes a time in a format of letters like YYYY-MM-DD.",
            [Parameter::string("format"), Parameter::string("time")],
            Type::String,
            |call| {
                let time = parsed(call, 1)?;
                let text = format(call.text(0), &time).map_err(|message| FunctionError::argument(0, message))?;
                Ok(Value::string(text))
            },
        ),
        Signature::new(
            "timeadd",
            "Adds a duration like 1h30m to a time.",
            [Parameter::string("timestamp"), Parameter::string("duration")],
            Type::String,
            |call| {
                let time = parsed(call, 0)?;
                let duration = duration(call.text(1)).map_err(|message| FunctionError::argument(1, message))?;
                Ok(Value::string(time.plus(duration).to_string()))
            },
        ),
        Signature::new(
            "timecmp",
            "Returns -1, 0 or 1 as the first time lies before, at or after the second one.",
            [Parameter::string("timestamp_a"), Parameter::string("timestamp_b")],
            Type::Number,
            |call| {
                let (left, right) = (parsed(call, 0)?.instant(), parsed(call, 1)?.instant());
                Ok(Value::number(left.cmp(&right) as i32))
            },
        ),
        Signature::new("timestamp", "Returns the time of the apply; unknown before.", [], Type::String, |call| {
            Ok(if call.scope.applying { Value::string(call.scope.now) } else { call.unknown() })
        }),
        Signature::new("plantimestamp", "Returns the time of the plan.", [], Type::String, |call| {
            Ok(Value::string(call.scope.now))
        }),
    ]
}

fn parsed(call: &Arguments<'_>, index: usize) -> Result<Time, FunctionError> {
    Time::parse(call.text(index)).map_err(|problem| {
        FunctionError::argument(index, format!("must be a time like 2030-01-31T13:00:00Z: {problem}"))
    })
}

const NANOSECONDS: i128 = 1_000_000_000;
const DAY_SECONDS: i64 = 86_400;

/// A local time and how far it is ahead of UTC.
struct Time {
    year: i64,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    nanosecond: u32,
    /// Seconds.
    offset: i64,
}

impl Time {
    /// Reads a time in the notation of RFC 3339.
    fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text;
        let year = i64::from(number(&mut rest, 4, "year")?);
        separator(&mut rest, '-')?;
        let month = small(&mut rest, "month")?;
        separator(&mut rest, '-')?;
        let day = small(&mut rest, "day")?;
        separator(&mut rest, 'T')?;
        let hour = small(&mut rest, "hour")?;
        separator(&mut rest, ':')?;
        let minute = small(&mut rest, "minute")?;
        separator(&mut rest, ':')?;
        let second = small(&mut rest, "second")?;
        let nanosecond = fraction(&mut rest)?;
        let offset = offset(rest)?;
        let between = |name: &str, value: u8, least: u8, most: u8| {
            if (least..=most).contains(&value) { Ok(()) } else { Err(format!("there is no {name} {value}")) }
        };
        between("month", month, 1, 12)?;
        between("day", day, 1, days_in(year, month))?;
        between("hour", hour, 0, 23)?;
        between("minute", minute, 0, 59)?;
        between("second", second, 0, 59)?;
        Ok(Self { year, month, day, hour, minute, second, nanosecond, offset })
    }

    /// Returns nanoseconds from the beginning of 1970.
    fn instant(&self) -> i128 {
        let time = i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        let seconds = days_from_civil(self.year, self.month, self.day) * DAY_SECONDS + time - self.offset;
        i128::from(seconds) * NANOSECONDS + i128::from(self.nanosecond)
    }

    fn plus(&self, nanoseconds: i64) -> Self {
        let local = self.instant() + i128::from(nanoseconds) + i128::from(self.offset) * NANOSECONDS;
        let seconds = i64::try_from(local.div_euclid(NANOSECONDS)).unwrap_or(i64::MAX);
        let nanosecond = u32::try_from(local.rem_euclid(NANOSECONDS)).unwrap_or(0);
        let (year, month, day) = civil_from_days(seconds.div_euclid(DAY_SECONDS));
        let time = seconds.rem_euclid(DAY_SECONDS);
        let part = |value: i64| u8::try_from(value).unwrap_or(0);
        Self {
            year,
            month,
            day,
            hour: part(time / 3600),
            minute: part(time / 60 % 60),
            second: part(time % 60),
            nanosecond,
            offset: self.offset,
        }
    }

    /// Returns the offset as `+02:00`, with the given text between hours and minutes.
    fn zone(&self, between: &str) -> String {
        let minutes = self.offset.abs() / 60;
        format!("{}{:02}{between}{:02}", if self.offset < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
    }

    /// Returns the day of the week, 0 for Sunday.
    fn weekday(&self) -> usize {
        let days = days_from_civil(self.year, self.month, self.day);
        usize::try_from((days + 4).rem_euclid(7)).unwrap_or(0)
    }
}

/// Writes the time in the notation of RFC 3339, to the second.
impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { year, month, day, hour, minute, second, .. } = self;
        let zone = if self.offset == 0 { "Z".to_owned() } else { self.zone(":") };
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}")
    }
}

fn number(rest: &mut &str, digits: usize, name: &str) -> Result<u32, String> {
    let found = rest.get(..digits).filter(|found| found.bytes().all(|byte| byte.is_ascii_digit()));
    let found = found.ok_or_else(|| format!("{digits} digits of the {name} are missing at {rest:?}"))?;
    *rest = &rest[digits..];
    found.parse().map_err(|_| format!("{found:?} is no {name}"))
}

fn small(rest: &mut &str, name: &str) -> Result<u8, String> {
    number(rest, 2, name).map(|value| u8::try_from(value).unwrap_or(u8::MAX))
}

fn separator(rest: &mut &str, wanted: char) -> Result<(), String> {
    *rest = rest.strip_prefix(wanted).ok_or_else(|| format!("'{wanted}' is missing at {rest:?}"))?;
    Ok(())
}

fn fraction(rest: &mut &str) -> Result<u32, String> {
    let Some(digits) = rest.strip_prefix('.') else { return Ok(0) };
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 {
        return Err("no digits follow the point after the seconds".to_owned());
    }
    *rest = &digits[length..];
    let nine: String = digits[..length].chars().chain(std::iter::repeat('0')).take(9).collect();
    Ok(nine.parse().unwrap_or(0))
}

fn offset(mut rest: &str) -> Result<i64, String> {
    if rest == "Z" {
        return Ok(0);
    }
    let sign = match rest.chars().next() {
        Some('+') => 1,
        Some('-') => -1,
        _ => return Err(format!("a time zone, 'Z' or an offset, is missing at {rest:?}")),
    };
    rest = &rest[1..];
    let hours = small(&mut rest, "offset")?;
    separator(&mut rest, ':')?;
    let minutes = small(&mut rest, "offset")?;
    if hours > 23 || minutes > 59 || !rest.is_empty() {
        return Err("the offset of the time zone is too large or too long".to_owned());
    }
    Ok(sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

fn days_in(year: i64, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Returns the days from 1970-01-01; years are counted from March, so that the leap day is the last one.
fn days_from_civil(year: i64, month: u8, day: u8) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month_from_march = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, u8, u8) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1))
}

/// Reads a duration as Go writes it, in nanoseconds: `-1h30m`.
fn duration(text: &str) -> Result<i64, String> {
    let wrong = || format!("must be a duration like 1h30m, not {text:?}");
    let (negative, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(wrong());
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let length = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let (amount, after) = rest.split_at(length);
        let length = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(length);
        let unit: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => NANOSECONDS,
            "m" => 60 * NANOSECONDS,
            "h" => 3600 * NANOSECONDS,
            _ => return Err(wrong()),
        };
        let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
        if fraction.contains('.') || (whole.is_empty() && fraction.is_empty()) {
            return Err(wrong());
        }
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| wrong())? };
        total += whole.checked_mul(unit).ok_or_else(wrong)?;
        let mut part = unit;
        for digit in fraction.bytes() {
            // Not exact below a nanosecond, which nobody sees.
            total += part * i128::from(digit - b'0') / 10;
            part /= 10;
        }
        rest = after;
    }
    i64::try_from(if negative { -total } else { total }).map_err(|_| wrong())
}

/// Reads a time as YAML has them, `2001-12-14` or `2001-12-14t21:59:43.1-05:00`, and returns it as RFC 3339.
pub(super) fn from_yaml(text: &str) -> Option<String> {
    let (date, time) = match text.find(['t', 'T', ' ']) {
        Some(at) => (&text[..at], Some((&text[at..=at], &text[at + 1..]))),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    let time = match time {
        None => "0:0:0Z".to_owned(),
        Some((" ", time)) => format!("{time}Z"),
        Some((_, time)) => time.to_owned(),
    };
    let zone = time.find(['Z', '+', '-', '.'])?;
    let mut clock = time[..zone].split(':');
    let (hour, minute, second) = (clock.next()?, clock.next()?, clock.next()?);
    let rest = &time[zone..];
    let short = [month, day, hour, minute, second].iter().all(|part| (1..=2).contains(&part.len()));
    if clock.next().is_some() || !short {
        return None;
    }
    let full = format!("{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute:0>2}:{second:0>2}{rest}");
    Time::parse(&full).ok().map(|time| time.to_string())
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

fn format(pattern: &str, time: &Time) -> Result<String, String> {
    let mut text = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("''") {
            text.push('\'');
            rest = after;
            continue;
        }
        if first == '\'' {
            rest = quoted(&rest[1..], &mut text)?;
            continue;
        }
        let length = rest.chars().take_while(|c| *c == first).map(char::len_utf8).sum();
        let (verb, after) = rest.split_at(length);
        rest = after;
        if first.is_ascii_alphabetic() {
            text.push_str(&element(verb, time)?);
        } else {
            text.push_str(verb);
        }
    }
    Ok(text)
}

/// Copies what stands between single quotes, two of which mean one, and returns what follows.
fn quoted<'p>(pattern: &'p str, text: &mut String) -> Result<&'p str, String> {
    let mut rest = pattern;
    loop {
        let end = rest.find('\'').ok_or("a single quote is not closed")?;
        text.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(more) => {
                text.push('\'');
                rest = more;
            }
            None => return Ok(rest),
        }
    }
}

fn element(verb: &str, time: &Time) -> Result<String, String> {
    let month = MONTHS[usize::from(time.month - 1)];
    let weekday = WEEKDAYS[time.weekday()];
    let half_day = (time.hour + 11) % 12 + 1;
    let utc = time.offset == 0;
    Ok(match verb {
        "YYYY" => format!("{:04}", time.year),
        "YY" => format!("{:02}", time.year % 100),
        "MMMM" => month.to_owned(),
        "MMM" => month[..3].to_owned(),
        "MM" => format!("{:02}", time.month),
        "M" => time.month.to_string(),
        "DD" => format!("{:02}", time.day),
        "D" => time.day.to_string(),
        "EEEE" => weekday.to_owned(),
        "EEE" => weekday[..3].to_owned(),
        "hh" => format!("{:02}", time.hour),
        "h" => time.hour.to_string(),
        "HH" => format!("{half_day:02}"),
        "H" => half_day.to_string(),
        "AA" => if time.hour < 12 { "AM" } else { "PM" }.to_owned(),
        "aa" => if time.hour < 12 { "am" } else { "pm" }.to_owned(),
        "mm" => format!("{:02}", time.minute),
        "m" => time.minute.to_string(),
        "ss" => format!("{:02}", time.second),
        "s" => time.second.to_string(),
        "Z" if utc => "Z".to_owned(),
        "ZZZ" if utc => "UTC".to_owned(),
        "ZZZZ" | "ZZZ" => time.zone(""),
        "ZZZZZ" | "Z" => time.zone(":"),
        other => return Err(format!("{other:?} does not stand for a part of a time; put text between single quotes")),
    })
}
