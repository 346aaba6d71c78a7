//! Versions, and constraints on them such as `>= 1.5, < 2.0`.

use std::cmp::Ordering;

/// A version: `1.2.0-beta1`.
#[derive(Clone, Debug)]
pub struct Version {
    text: String,
    numbers: Vec<u64>,
    prerelease: String,
    build: String,
}

/// Whose rules a constraint follows: Terraform has two libraries for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionRules {
    /// `required_version`: pre-releases cannot be asked for.
    Terraform,
    /// `version` of a module call.
    Module,
    /// `version` of a required provider: at most three numbers, and `~> 5` means below 6.
    Provider,
}

/// A list of conditions that all have to hold; an empty one holds for every version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionConstraints {
    text: String,
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    operator: Operator,
    wanted: Version,
    /// How many numbers must be the same, for `~>`.
    fixed: usize,
}

/// In the order in which conditions on the same version are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Operator {
    Greater,
    AtLeast,
    Equal,
    Pessimistic,
    AtMost,
    Less,
    NotEqual,
}

const OPERATORS: [(&str, Operator); 8] = [
    ("", Operator::Equal),
    ("=", Operator::Equal),
    ("!=", Operator::NotEqual),
    (">", Operator::Greater),
    (">=", Operator::AtLeast),
    ("<", Operator::Less),
    ("<=", Operator::AtMost),
    ("~>", Operator::Pessimistic),
];

impl VersionConstraints {
    /// Reads a constraint; the error says in lower case what is wrong.
    pub fn parse(text: &str, rules: VersionRules) -> Result<Self, String> {
        let conditions = text.split(',').map(|part| Condition::parse(part.trim(), rules)).collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), conditions })
    }

    /// Returns the constraint as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Adds the conditions of others.
    pub fn join(&mut self, others: Self) {
        self.conditions.extend(others.conditions);
    }

    /// Returns the conditions in order, each once, as `terraform providers` writes them.
    pub fn normal_form(&self) -> String {
        let mut conditions: Vec<&Condition> = self.conditions.iter().collect();
        conditions.sort_by(|one, other| one.wanted.cmp(&other.wanted).then(one.operator.cmp(&other.operator)));
        let mut texts: Vec<String> = conditions.into_iter().map(Condition::normal_form).collect();
        texts.dedup();
        texts.join(", ")
    }

    /// Tells whether a version is one of those wanted.
    pub fn allow(&self, version: &Version) -> bool {
        self.conditions.iter().all(|condition| condition.allows(version))
    }

    /// Returns the newest version that is wanted: a pre-release only if it is asked for by its name.
    pub fn newest<'v>(&self, versions: &'v [Version]) -> Option<&'v Version> {
        let is_named = |version: &Version| {
            self.conditions
                .iter()
                .any(|condition| condition.operator == Operator::Equal && condition.wanted == *version)
        };
        let suits = |version: &&Version| self.allow(version) && (!version.is_prerelease() || is_named(version));
        // Of versions that differ in their build only, the first one counts.
        versions.iter().filter(suits).rev().max()
    }
}

impl Condition {
    fn parse(text: &str, rules: VersionRules) -> Result<Self, String> {
        let at = text.find(|c: char| c.is_ascii_alphanumeric()).ok_or_else(|| format!("{text:?} has no version"))?;
        let (operator, wanted) = text.split_at(at);
        let operator = OPERATORS.iter().find(|(sign, _)| *sign == operator.trim_end());
        let operator = operator.ok_or_else(|| format!("{:?} is no operator", text[..at].trim_end()))?.1;
        let wanted = Version::parse(wanted)?;
        if rules == VersionRules::Terraform && wanted.is_prerelease() {
            return Err(format!("pre-releases such as {wanted} cannot be asked for"));
        }
        if rules == VersionRules::Provider && !wanted.is_strict() {
            return Err(format!("{:?} is no version of the form 1.2.3 or 1.2.3-beta1", wanted.text));
        }
        let given = wanted.numbers.len();
        let fixed = if rules == VersionRules::Provider { (given - 1).max(1) } else { given - 1 };
        Ok(Self { operator, wanted, fixed })
    }

    fn normal_form(&self) -> String {
        let (sign, least) = match self.operator {
            Operator::Equal => ("", 3),
            Operator::NotEqual => ("!= ", 3),
            Operator::Greater => ("> ", 3),
            Operator::AtLeast => (">= ", 3),
            Operator::Less => ("< ", 3),
            Operator::AtMost => ("<= ", 3),
            Operator::Pessimistic => ("~> ", 2),
        };
        let wanted = &self.wanted;
        let length = wanted.numbers.len().max(least);
        let numbers: Vec<String> = (0..length).map(|index| wanted.number(index).to_string()).collect();
        format!("{sign}{}{}", numbers.join("."), wanted.prerelease)
    }

    fn allows(&self, version: &Version) -> bool {
        let wanted = &self.wanted;
        let order = version.cmp(wanted);
        match self.operator {
            Operator::Equal => order.is_eq(),
            Operator::NotEqual => order.is_ne(),
            Operator::Greater => order.is_gt() && self.suits_prerelease(version),
            Operator::AtLeast => order.is_ge() && self.suits_prerelease(version),
            Operator::Less => order.is_lt() && self.suits_prerelease(version),
            Operator::AtMost => order.is_le() && self.suits_prerelease(version),
            Operator::Pessimistic => {
                let is_same_line = (0..self.fixed).all(|index| version.number(index) == wanted.number(index));
                let is_same_kind = version.is_prerelease() || !wanted.is_prerelease();
                order.is_ge() && is_same_line && is_same_kind && self.suits_prerelease(version)
            }
        }
    }

    /// A pre-release is near to nothing but the other pre-releases of its version.
    fn suits_prerelease(&self, version: &Version) -> bool {
        !version.is_prerelease() || (self.wanted.is_prerelease() && version.order_of_numbers(&self.wanted).is_eq())
    }
}

impl Version {
    /// Reads a version; the error says in lower case what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let no_version = || format!("{text:?} is no version");
        let bare = text.strip_prefix('v').unwrap_or(text);
        let (release, build) = bare.split_once('+').map_or((bare, None), |(release, build)| (release, Some(build)));
        let end = release.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(release.len());
        let (numbers, rest) = release.split_at(end);
        let prerelease = rest.strip_prefix('-').unwrap_or(rest);
        let numbers: Result<Vec<u64>, _> = numbers.split('.').map(str::parse).collect();
        let is_identifier = |part: &str| part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '~');
        let is_list = |text: &str| text.split('.').all(|part| !part.is_empty() && is_identifier(part));
        if build.is_some_and(|build| !is_list(build)) || !(prerelease.is_empty() || is_list(prerelease)) {
            return Err(no_version());
        }
        Ok(Self {
            text: text.to_owned(),
            numbers: numbers.map_err(|_| no_version())?,
            prerelease: rest.to_owned(),
            build: build.unwrap_or_default().to_owned(),
        })
    }

    /// Tells whether it comes before the version whose numbers it has.
    pub fn is_prerelease(&self) -> bool {
        !self.prerelease.is_empty()
    }

    fn number(&self, index: usize) -> u64 {
        self.numbers.get(index).copied().unwrap_or(0)
    }

    /// Tells whether it is written as the provider protocol wants it.
    fn is_strict(&self) -> bool {
        let has_dash = self.prerelease.is_empty() || self.prerelease.starts_with('-');
        !self.text.starts_with('v') && self.numbers.len() <= 3 && has_dash && !self.prerelease.contains('~')
    }

    fn order_of_numbers(&self, other: &Self) -> Ordering {
        let length = self.numbers.len().max(other.numbers.len());
        let of = |version: &Self| -> Vec<u64> { (0..length).map(|index| version.number(index)).collect() };
        of(self).cmp(&of(other))
    }
}

/// Compares the parts between the dots: numbers as numbers, and before words.
fn order_of_prereleases(one: &str, other: &str) -> Ordering {
    let parts = |text: &str| -> Vec<(bool, u64, String)> {
        let text = text.strip_prefix('-').unwrap_or(text);
        let part = |part: &str| match part.parse::<u64>() {
            Ok(number) => (false, number, String::new()),
            Err(_) => (true, 0, part.to_owned()),
        };
        text.split('.').map(part).collect()
    };
    match (one.is_empty(), other.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => parts(one).cmp(&parts(other)),
    }
}

/// With three numbers at least, as Terraform writes versions however they were given.
impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let numbers: Vec<String> = (0..self.numbers.len().max(3)).map(|index| self.number(index).to_string()).collect();
        f.write_str(&numbers.join("."))?;
        if self.is_prerelease() {
            write!(f, "-{}", self.prerelease.trim_start_matches('-'))?;
        }
        if self.build.is_empty() { Ok(()) } else { write!(f, "+{}", self.build) }
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order_of_numbers(other).then_with(|| order_of_prereleases(&self.prerelease, &other.prerelease))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers of Terraform 1.11.4: a constraint, the version of the list below that a module call with it gets, whether
    /// `required_version` takes 1.11.4 with it, and whether a required provider takes 5.100.0. `record_modules.py` asks for them.
    const ANSWERS: &str = include_str!("../../tests/recorded/versions.tsv");
    const PUBLISHED: [&str; 15] = [
        "0.9.0",
        "1.0.0",
        "1.0.1",
        "1.1.0",
        "1.2.0-beta1",
        "1.2.0",
        "1.2.3",
        "1.3.0-rc1",
        "2.0.0-alpha",
        "2.0.0",
        "2.1.0+b1",
        "3.0.0.1",
        "4.0.0-a.b",
        "4.0.0-a.1",
        "10.0.0",
    ];

    /// Terraform's documentation has `=` before a pre-release mean what it means before others; Terraform 1.11.4 finds none.
    const MORE_THAN_TERRAFORM: [&str; 3] = ["= 1.3.0-rc1", "= 1.3.0-rc1, >= 1.3.0-beta", "= 1.3.0-rc1, != 1.0"];

    #[test]
    fn constraints_mean_what_they_mean_to_terraform() {
        let published: Vec<Version> = PUBLISHED.iter().map(|text| Version::parse(text).expect("a version")).collect();
        let answer = |text: &str, rules: VersionRules, version: &str| {
            let version = Version::parse(version).expect("a version");
            match VersionConstraints::parse(text, rules) {
                Ok(constraints) if constraints.allow(&version) => "yes",
                Ok(_) => "no",
                Err(_) => "invalid",
            }
        };
        let mut compared = 0;
        for line in ANSWERS.lines().filter(|line| !line.starts_with('#')) {
            let [constraint, selected, terraform, provider] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("{line:?} has four columns");
            };
            let constraint = constraint.trim_matches('"');
            let mut selected = selected;
            if MORE_THAN_TERRAFORM.contains(&constraint) {
                selected = "1.3.0-rc1";
            }
            let chosen = match VersionConstraints::parse(constraint, VersionRules::Module) {
                Ok(constraints) => {
                    constraints.newest(&published).map_or_else(|| "none".to_owned(), ToString::to_string)
                }
                Err(_) => "invalid".to_owned(),
            };
            assert_eq!(chosen, selected, "a module call with {constraint:?}");
            assert_eq!(
                answer(constraint, VersionRules::Terraform, "1.11.4"),
                terraform,
                "required_version {constraint:?}"
            );
            assert_eq!(answer(constraint, VersionRules::Provider, "5.100.0"), provider, "a provider {constraint:?}");
            compared += 1;
        }
        assert!(compared > 70, "{compared} answers");
    }

    #[test]
    fn constraints_have_the_normal_form_of_terraform() {
        for (text, normal) in [
            ("= 4.1", "4.1.0"),
            ("!= 4", "!= 4.0.0"),
            ("<=7,>4", "> 4.0.0, <= 7.0.0"),
            ("~> 4", "~> 4.0"),
            ("~> 4.1.2", "~> 4.1.2"),
            (">= 1.0.0-beta", ">= 1.0.0-beta"),
            (">= 4, ~> 5.0, != 5.1.0, < 6, >= 4", ">= 4.0.0, ~> 5.0, != 5.1.0, < 6.0.0"),
            (
                "< 6, > 6, = 6, != 6, >= 6, <= 6, ~> 6.0",
                "> 6.0.0, >= 6.0.0, 6.0.0, ~> 6.0, <= 6.0.0, < 6.0.0, != 6.0.0",
            ),
        ] {
            let parsed = VersionConstraints::parse(text, VersionRules::Provider).expect(text);
            assert_eq!(parsed.normal_form(), normal, "{text}");
        }
    }

    #[test]
    fn versions_are_in_order() {
        let sorted = ["1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta", "1.0", "1.0.0.1"];
        let versions: Vec<Version> = sorted.iter().map(|text| Version::parse(text).expect(text)).collect();
        assert!(versions.is_sorted());
        assert!(versions.windows(2).all(|pair| pair[0] != pair[1]));
        for (text, written) in [("v1", "1.0.0"), ("1.2beta", "1.2.0-beta"), ("1.2.3.4-a+b", "1.2.3.4-a+b")] {
            assert_eq!(Version::parse(text).expect(text).to_string(), written);
        }
        for wrong in ["", "1.", ".1", "1..2", "one", "1.0+", "1.0-a..b", "99999999999999999999", "1 2"] {
            assert!(Version::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
