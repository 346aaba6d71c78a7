//! Tags: those of the resource, those that the provider block gives to all, and those that are nobody's business.

use std::collections::{BTreeMap, BTreeSet};

use wpinfra_core::provider::{Draft, Token};
use wpinfra_core::{Type, Value};

use crate::client::Aws;
use crate::config::ProviderConfig;

/// Tags by key; `None` and empty mean the same.
pub type Tags = Option<BTreeMap<String, String>>;

/// Key of the tag by which a create whose answer was lost is found again. It is taken off at the end of the apply.
pub(crate) const CREATION_TAG: &str = "wpinfra:operation";

/// Which tags resources get and which are left alone, as the `provider` block says.
#[derive(Clone, Debug, Default)]
pub struct TagPolicy {
    defaults: BTreeMap<String, String>,
    ignored_keys: BTreeSet<String>,
    ignored_prefixes: BTreeSet<String>,
}

impl TagPolicy {
    pub(crate) fn new(options: &ProviderConfig) -> Self {
        Self {
            defaults: options.default_tags.iter().filter_map(|block| block.tags.clone()).flatten().collect(),
            ignored_keys: options.ignore_tags.iter().flat_map(|block| block.keys.iter().cloned()).collect(),
            ignored_prefixes: options.ignore_tags.iter().flat_map(|block| block.key_prefixes.iter().cloned()).collect(),
        }
    }

    /// Returns the tags of the `default_tags` block.
    pub fn defaults(&self) -> &BTreeMap<String, String> {
        &self.defaults
    }

    fn is_ignored(&self, key: &str) -> bool {
        key.starts_with("aws:")
            || key == CREATION_TAG
            || self.ignored_keys.contains(key)
            || self.ignored_prefixes.iter().any(|prefix| key.starts_with(prefix))
    }

    /// Splits observed tags into `tags` and `tags_all` as Terraform records them, given the `tags` that were recorded before.
    ///
    /// A tag that the default tags give is not among `tags`, unless the resource says the same itself.
    pub fn observed(&self, observed: impl IntoIterator<Item = (String, String)>, prior: &Tags) -> (Tags, Tags) {
        let all: BTreeMap<String, String> = observed.into_iter().filter(|(key, _)| !self.is_ignored(key)).collect();
        let said = |key: &String, value: &String| prior.as_ref().and_then(|prior| prior.get(key)) == Some(value);
        let own = all.iter().filter(|(key, value)| self.defaults.get(*key) != Some(value) || said(key, value));
        let own: BTreeMap<String, String> = own.map(|(key, value)| (key.clone(), value.clone())).collect();
        (Some(own), Some(all))
    }

    /// Returns what to add or change and which keys to remove to come from the prior to the planned tags.
    pub fn difference(&self, prior: &Tags, planned: &Tags) -> (BTreeMap<String, String>, Vec<String>) {
        let empty = BTreeMap::new();
        let (prior, planned) = (prior.as_ref().unwrap_or(&empty), planned.as_ref().unwrap_or(&empty));
        let set = planned.iter().filter(|(key, value)| prior.get(*key) != Some(value));
        let removed = prior.keys().filter(|key| !planned.contains_key(*key) && !self.is_ignored(key));
        (set.map(|(key, value)| (key.clone(), value.clone())).collect(), removed.cloned().collect())
    }
}

/// Plans `tags_all`: the default tags and the resource's own; unknown while one of these is.
pub(crate) fn plan(aws: Option<&Aws>, draft: &mut Draft<'_>) {
    let unknown = Value::unknown(Type::map(Type::String));
    let Some(own) = draft.planned.get("tags") else { return };
    let all = match (aws, own.is_wholly_known()) {
        (Some(aws), true) => {
            let defaults = aws.tags.defaults.iter().map(|(key, value)| (key.clone(), Value::string(value)));
            let mut all: BTreeMap<String, Value> = defaults.collect();
            all.extend(own.mapping().into_iter().flatten().map(|(key, value)| (key.to_string(), value.clone())));
            // With nothing to say, the older SDK leaves the attribute to the provider.
            if all.is_empty() && draft.prior.is_none() {
                unknown
            } else {
                Value::map(
                    Type::String,
                    all.into_iter().map(|(key, value)| (key.into(), value) as (std::sync::Arc<str>, Value)),
                )
            }
        }
        _ => unknown,
    };
    draft.set("tags_all", all.with_marks(own.marks()));
}

/// Plans `tags_all` for the newer kind of type, which says "no tags" where there are none.
pub(crate) fn plan_strictly(aws: Option<&Aws>, draft: &mut Draft<'_>) {
    plan(aws, draft);
    let has_own = draft.planned.get("tags").is_none_or(|tags| !tags.is_null());
    let is_unknown = draft.planned.get("tags_all").is_some_and(|all| !all.is_known());
    if aws.is_some() && is_unknown && !has_own {
        draft.set("tags_all", Value::map(Type::String, Vec::<(std::sync::Arc<str>, Value)>::new()));
    }
}

/// Returns the tags of a new object with the creation tag among them.
pub(crate) fn with_token(tags_all: &Tags, token: &Token) -> BTreeMap<String, String> {
    let mut all = tags_all.clone().unwrap_or_default();
    all.insert(CREATION_TAG.to_owned(), token.0.clone());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn default_tags_are_not_the_resources_own() {
        let policy = TagPolicy { defaults: tags(&[("env", "test"), ("team", "web")]), ..TagPolicy::default() };
        let observed =
            tags(&[("env", "test"), ("team", "db"), ("Name", "a"), ("aws:cloudformation:x", "y"), (CREATION_TAG, "t")]);
        let (own, all) = policy.observed(observed, &None);
        assert_eq!(own, Some(tags(&[("Name", "a"), ("team", "db")])));
        assert_eq!(all, Some(tags(&[("Name", "a"), ("env", "test"), ("team", "db")])));
        let (own, _) = policy.observed(tags(&[("env", "test")]), &Some(tags(&[("env", "test")])));
        assert_eq!(own, Some(tags(&[("env", "test")])), "what the resource says itself stays its own");
    }

    #[test]
    fn differences_add_change_and_remove() {
        let policy = TagPolicy::default();
        let (set, removed) = policy.difference(
            &Some(tags(&[("a", "1"), ("b", "2"), ("c", "3")])),
            &Some(tags(&[("a", "1"), ("b", "x"), ("d", "4")])),
        );
        assert_eq!(set, tags(&[("b", "x"), ("d", "4")]));
        assert_eq!(removed, ["c"]);
    }
}
