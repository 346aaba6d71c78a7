//! `data "aws_iam_policy_document"`: a policy written as blocks, merged with others, as JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use wpinfra_core::provider::{DataSource, RemoteError, RemoteErrorKind, RemoteResult};
use wpinfra_schema_derive::{BlockModel, Model};

use crate::client::Aws;
use crate::text::non_empty;

/// Writes an IAM policy as JSON.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_iam_policy_document", version = 0)]
pub struct PolicyDocument {
    /// Id: made from the JSON.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// The policy, indented.
    #[attr(computed)]
    pub json: Option<String>,
    /// The policy without white space.
    #[attr(computed)]
    pub minified_json: Option<String>,
    /// A policy whose statements replace those of the same sid.
    #[attr(optional, deprecated = "Use \"override_policy_documents\" instead.")]
    pub override_json: Option<String>,
    /// Policies whose statements replace those of the same sid, each those of the ones before.
    #[attr(optional, each(format(Json)))]
    pub override_policy_documents: Vec<String>,
    /// Id that the policy carries.
    #[attr(optional)]
    pub policy_id: Option<String>,
    /// A policy to start from.
    #[attr(optional, deprecated = "Use \"source_policy_documents\" instead.")]
    pub source_json: Option<String>,
    /// Policies to start from, without a sid in common.
    #[attr(optional, each(format(Json)))]
    pub source_policy_documents: Vec<String>,
    /// Version of the policy language.
    #[attr(optional, one_of("2008-10-17", "2012-10-17"))]
    pub version: Option<String>,
    /// Statements.
    #[block(list)]
    pub statement: Vec<StatementBlock>,
}

/// Allows or denies something.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct StatementBlock {
    /// Actions that it is about.
    #[attr(optional)]
    pub actions: BTreeSet<String>,
    /// `Allow` or `Deny`.
    #[attr(optional, one_of("Allow", "Deny"))]
    pub effect: Option<String>,
    /// Actions that it is not about.
    #[attr(optional)]
    pub not_actions: BTreeSet<String>,
    /// Resources that it is not about.
    #[attr(optional)]
    pub not_resources: BTreeSet<String>,
    /// Resources that it is about.
    #[attr(optional)]
    pub resources: BTreeSet<String>,
    /// Name of the statement, by which others replace it.
    #[attr(optional)]
    pub sid: Option<String>,
    /// Conditions, all of which must hold.
    #[block(set)]
    pub condition: Vec<ConditionBlock>,
    /// Who it is not about.
    #[block(set)]
    pub not_principals: Vec<PrincipalsBlock>,
    /// Who it is about.
    #[block(set)]
    pub principals: Vec<PrincipalsBlock>,
}

/// Tests a variable of the request.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct ConditionBlock {
    /// Operator: `StringEquals`.
    #[attr(required)]
    pub test: String,
    /// Values of which one must fit.
    #[attr(required)]
    pub values: Vec<String>,
    /// The variable: `aws:SourceAccount`.
    #[attr(required)]
    pub variable: String,
}

/// Names users, roles or services.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct PrincipalsBlock {
    /// Who, in the way that the type asks for.
    #[attr(required)]
    pub identifiers: BTreeSet<String>,
    /// `AWS`, `Service`, `Federated`, `CanonicalUser` or `*`.
    #[attr(required)]
    pub r#type: String,
}

/// The data source.
pub struct PolicyDocumentSource;

impl DataSource for PolicyDocumentSource {
    type Model = PolicyDocument;
    type Client = Aws;

    async fn read(&self, _aws: &Aws, config: &PolicyDocument) -> RemoteResult<PolicyDocument> {
        let policy = merged(config)
            .map_err(|message| RemoteError::local(RemoteErrorKind::Refused, "aws_iam_policy_document", message))?;
        let written = |text: serde_json::Result<String>| {
            let text = text.map_err(|error| {
                RemoteError::local(RemoteErrorKind::Bug, "aws_iam_policy_document", error.to_string())
            })?;
            // As Go's encoder writes them.
            Ok::<_, RemoteError>(text.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e"))
        };
        let json = written(serde_json::to_string_pretty(&policy))?;
        Ok(PolicyDocument {
            id: Some(crc32fast::hash(json.as_bytes()).to_string()),
            minified_json: Some(written(serde_json::to_string(&policy))?),
            json: Some(json),
            version: policy.version.clone(),
            statement: config
                .statement
                .iter()
                .map(|block| StatementBlock { effect: effect_of(block), ..block.clone() })
                .collect(),
            ..config.clone()
        })
    }
}

/// A policy in the order in which it is written.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Policy {
    #[serde(rename = "Version", default, skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(rename = "Id", default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(rename = "Statement", default, skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
    statements: Vec<Statement>,
}

/// A statement in the order in which it is written.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Statement {
    #[serde(rename = "Sid", default, skip_serializing_if = "is_absent_or_empty")]
    sid: Option<String>,
    #[serde(rename = "Effect", default, skip_serializing_if = "Option::is_none")]
    effect: Option<String>,
    #[serde(rename = "Action", default, skip_serializing_if = "Option::is_none")]
    action: Option<Json>,
    #[serde(rename = "NotAction", default, skip_serializing_if = "Option::is_none")]
    not_action: Option<Json>,
    #[serde(rename = "Resource", default, skip_serializing_if = "Option::is_none")]
    resource: Option<Json>,
    #[serde(rename = "NotResource", default, skip_serializing_if = "Option::is_none")]
    not_resource: Option<Json>,
    #[serde(rename = "Principal", default, skip_serializing_if = "Option::is_none")]
    principal: Option<Json>,
    #[serde(rename = "NotPrincipal", default, skip_serializing_if = "Option::is_none")]
    not_principal: Option<Json>,
    #[serde(rename = "Condition", default, skip_serializing_if = "Option::is_none")]
    condition: Option<Json>,
}

#[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
fn is_absent_or_empty(text: &Option<String>) -> bool {
    text.as_ref().is_none_or(String::is_empty)
}

/// Reads the statements, of which one may stand without a list around it.
fn one_or_many<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Statement>, D::Error> {
    let json = Json::deserialize(deserializer)?;
    let items = if let Json::Array(items) = json { items } else { vec![json] };
    items.into_iter().map(|item| serde_json::from_value(item).map_err(serde::de::Error::custom)).collect()
}

impl Policy {
    /// Adds the statements of another policy; those with a sid that is there already take its place.
    fn merge(&mut self, other: Self) {
        self.version = other.version.or(self.version.take());
        self.id = other.id.filter(|id| !id.is_empty()).or(self.id.take());
        for statement in other.statements {
            let same = |known: &&mut Statement| !is_absent_or_empty(&known.sid) && known.sid == statement.sid;
            match self.statements.iter_mut().find(same) {
                Some(known) => *known = statement,
                None => self.statements.push(statement),
            }
        }
    }
}

/// Puts the policy together: sources, own statements, overrides.
fn merged(config: &PolicyDocument) -> Result<Policy, String> {
    let mut policy = Policy::default();
    if let Some(source) = non_empty(&config.source_json) {
        policy.merge(parsed(&source, "source_json")?);
    }
    let mut seen = BTreeSet::new();
    for (index, source) in config.source_policy_documents.iter().enumerate().filter(|(_, source)| !source.is_empty()) {
        let source = parsed(source, &format!("source_policy_documents[{index}]"))?;
        refuse_repeated_sids(&source.statements, &mut seen, "source_policy_documents")?;
        policy.merge(source);
    }
    let own = config.statement.iter().map(own_statement).collect::<Vec<_>>();
    refuse_repeated_sids(&own, &mut BTreeSet::new(), "the statement blocks")?;
    let version = non_empty(&config.version).or_else(|| policy.version.is_none().then(|| "2012-10-17".to_owned()));
    policy.merge(Policy {
        version: version.or(policy.version.clone()),
        id: non_empty(&config.policy_id),
        statements: own,
    });
    for (index, over) in config.override_policy_documents.iter().enumerate().filter(|(_, over)| !over.is_empty()) {
        policy.merge(parsed(over, &format!("override_policy_documents[{index}]"))?);
    }
    if let Some(over) = non_empty(&config.override_json) {
        policy.merge(parsed(&over, "override_json")?);
    }
    Ok(policy)
}

fn parsed(text: &str, place: &str) -> Result<Policy, String> {
    serde_json::from_str(text).map_err(|error| format!("{place} is not a policy: {error}"))
}

fn refuse_repeated_sids(statements: &[Statement], seen: &mut BTreeSet<String>, place: &str) -> Result<(), String> {
    for sid in statements.iter().filter_map(|statement| statement.sid.clone()).filter(|sid| !sid.is_empty()) {
        if !seen.insert(sid.clone()) {
            return Err(format!("the sid {sid:?} stands twice in {place}; give each statement its own"));
        }
    }
    Ok(())
}

fn own_statement(block: &StatementBlock) -> Statement {
    Statement {
        sid: non_empty(&block.sid),
        effect: effect_of(block),
        action: texts(&block.actions),
        not_action: texts(&block.not_actions),
        resource: texts(&with_variables(&block.resources)),
        not_resource: texts(&with_variables(&block.not_resources)),
        principal: principals(&block.principals),
        not_principal: principals(&block.not_principals),
        condition: conditions(&block.condition),
    }
}

/// Returns what the statement does: it allows unless it says otherwise.
fn effect_of(block: &StatementBlock) -> Option<String> {
    non_empty(&block.effect).or_else(|| Some("Allow".to_owned()))
}

/// Turns `&{…}`, by which configurations write the policy language's variables, into `${…}`.
fn variables(text: &str) -> String {
    text.replace("&{", "${")
}

fn with_variables(texts: &BTreeSet<String>) -> BTreeSet<String> {
    texts.iter().map(|text| variables(text)).collect()
}

/// Returns one text, or the list of several from last to first; `None` for none. The order is the provider's.
fn texts(texts: &BTreeSet<String>) -> Option<Json> {
    let mut all: Vec<Json> = texts.iter().rev().cloned().map(Json::String).collect();
    match all.len() {
        0 => None,
        1 => all.pop(),
        _ => Some(Json::Array(all)),
    }
}

/// Returns principals by type, or `"*"` for everybody.
fn principals(blocks: &[PrincipalsBlock]) -> Option<Json> {
    let is_everybody = |block: &PrincipalsBlock| block.r#type == "*" && block.identifiers.contains("*");
    if blocks.iter().any(is_everybody) {
        return Some(Json::String("*".to_owned()));
    }
    let mut by_type: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for block in blocks {
        by_type.entry(block.r#type.clone()).or_default().extend(with_variables(&block.identifiers));
    }
    let by_type = by_type.into_iter().filter_map(|(kind, who)| Some((kind, texts(&who)?)));
    let by_type: serde_json::Map<String, Json> = by_type.collect();
    (!by_type.is_empty()).then_some(Json::Object(by_type))
}

/// Returns conditions by test and variable, values in the order in which they are written.
fn conditions(blocks: &[ConditionBlock]) -> Option<Json> {
    let mut by_test: BTreeMap<String, BTreeMap<String, Vec<Json>>> = BTreeMap::new();
    for block in blocks {
        let values = block.values.iter().map(|value| Json::String(variables(value)));
        by_test.entry(block.test.clone()).or_default().entry(variables(&block.variable)).or_default().extend(values);
    }
    let one_or_list =
        |mut values: Vec<Json>| if values.len() == 1 { values.pop().unwrap_or_default() } else { Json::Array(values) };
    let by_test = by_test.into_iter().map(|(test, variables)| {
        let variables = variables.into_iter().map(|(variable, values)| (variable, one_or_list(values)));
        (test, Json::Object(variables.collect()))
    });
    let by_test: serde_json::Map<String, Json> = by_test.collect();
    (!by_test.is_empty()).then_some(Json::Object(by_test))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(config: &PolicyDocument) -> String {
        serde_json::to_string(&merged(config).expect("well formed")).expect("serializable")
    }

    fn statement(sid: &str, actions: &[&str]) -> StatementBlock {
        StatementBlock {
            sid: Some(sid.to_owned()),
            actions: actions.iter().map(|action| (*action).to_owned()).collect(),
            ..StatementBlock::default()
        }
    }

    #[test]
    fn the_order_is_the_providers() {
        let config = PolicyDocument {
            statement: vec![statement("", &["s3:GetObject", "s3:PutObject"])],
            ..PolicyDocument::default()
        };
        let expected =
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:PutObject","s3:GetObject"]}]}"#;
        assert_eq!(json(&config), expected);
        assert_eq!(json(&PolicyDocument::default()), r#"{"Version":"2012-10-17"}"#);
    }

    #[test]
    fn statements_of_a_sid_are_replaced() {
        let source = r#"{"Version":"2012-10-17","Statement":{"Sid":"A","Effect":"Deny","Action":"s3:*"}}"#;
        let config = PolicyDocument {
            source_policy_documents: vec![source.to_owned()],
            statement: vec![statement("B", &["a:b"])],
            override_policy_documents: vec![source.replace("Deny", "Allow")],
            ..PolicyDocument::default()
        };
        let expected = r#"{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":"s3:*"},{"Sid":"B","Effect":"Allow","Action":"a:b"}]}"#;
        assert_eq!(json(&config), expected);
        let twice = PolicyDocument {
            statement: vec![statement("B", &["a:b"]), statement("B", &["a:c"])],
            ..PolicyDocument::default()
        };
        assert!(merged(&twice).is_err());
    }
}
