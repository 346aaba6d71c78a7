//! Functions of providers: those of `aws` and of `terraform` itself.

use wpinfra_core::{Type, Value};

use super::FunctionError;
use super::signature::{Arguments, Parameter, Signature};
use super::tfvars;
use crate::eval::evaluate_with;
use crate::scope::NoScope;
use crate::syntax::{Source, parse_body};

pub(super) fn signatures() -> Vec<Signature> {
    vec![
        Signature::new(
            "provider::aws::arn_build",
            "Puts the parts of an ARN together.",
            ["partition", "service", "region", "account_id", "resource"].map(Parameter::string),
            Type::String,
            |call| {
                let parts: Vec<&str> = (0..5).map(|index| call.text(index)).collect();
                Ok(Value::string(format!("arn:{}", parts.join(":"))))
            },
        ),
        Signature::new(
            "provider::aws::arn_parse",
            "Takes an ARN apart.",
            [Parameter::string("arn")],
            Type::object(ARN_PARTS.map(|part| (part, Type::String))),
            |call| {
                let parts = arn(call.text(0))?;
                Ok(Value::object(ARN_PARTS.into_iter().zip(parts).map(|(name, part)| (name, Value::string(part)))))
            },
        ),
        Signature::new(
            "provider::aws::trim_iam_role_path",
            "Takes the path from the ARN of an IAM role, so that only its name is left.",
            [Parameter::string("arn")],
            Type::String,
            |call| trim_role_path(call.text(0)),
        ),
        Signature::new(
            "provider::terraform::encode_tfvars",
            "Writes an object as the content of a file with values of variables.",
            [Parameter::any("value").dynamic()],
            Type::String,
            |call| {
                if !call.value(0).is_wholly_known() {
                    return Ok(call.unknown());
                }
                let text = tfvars::encode(call.value(0)).map_err(|message| FunctionError::argument(0, message))?;
                Ok(Value::string(text))
            },
        ),
        Signature::new(
            "provider::terraform::encode_expr",
            "Writes a value as an expression of the language.",
            [Parameter::any("value").dynamic()],
            Type::String,
            |call| {
                let value = call.value(0);
                Ok(if value.is_wholly_known() { Value::string(tfvars::expression(value)) } else { call.unknown() })
            },
        ),
        Signature::new(
            "provider::terraform::decode_tfvars",
            "Reads the content of a file with values of variables to an object.",
            [Parameter::string("src")],
            Type::Dynamic,
            decode_tfvars,
        ),
    ]
}

const ARN_PARTS: [&str; 5] = ["partition", "service", "region", "account_id", "resource"];

/// Takes an ARN apart in the order of [`ARN_PARTS`].
fn arn(text: &str) -> Result<Vec<&str>, FunctionError> {
    let rest = text.strip_prefix("arn:").ok_or_else(|| {
        FunctionError::argument(0, format!("must be an ARN, which begins with \"arn:\", not {text:?}"))
    })?;
    let parts: Vec<&str> = rest.splitn(5, ':').collect();
    if parts.len() < 5 {
        return Err(FunctionError::argument(0, format!("the ARN {text:?} does not have all of its six parts")));
    }
    Ok(parts)
}

fn trim_role_path(text: &str) -> Result<Value, FunctionError> {
    let parts = arn(text)?;
    if parts[1] != "iam" {
        return Err(FunctionError::argument(0, "must be the ARN of an IAM role, but its service is not \"iam\""));
    }
    let role = parts[4].strip_prefix("role/");
    let role =
        role.ok_or_else(|| FunctionError::argument(0, "must be the ARN of an IAM role: \"role/\" is missing"))?;
    let name = role.rsplit('/').next().unwrap_or(role);
    Ok(Value::string(format!("arn:{}:{}:{}:{}:role/{name}", parts[0], parts[1], parts[2], parts[3])))
}

fn decode_tfvars(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let source = Source::new("<argument>", call.text(0));
    let (body, mut problems) = parse_body(&source);
    let mut attributes = Vec::new();
    if let Some(body) = body {
        if let Some(block) = body.blocks.first() {
            let message = format!("only values of variables can stand here, not the block {:?}", &*block.kind);
            return Err(FunctionError::argument(0, message));
        }
        for (name, attribute) in &body.attributes {
            let (value, found) = evaluate_with(&attribute.expression(), &NoScope, &[]);
            problems.extend(found);
            if let Ok(value) = value {
                attributes.push((name.clone(), value));
            }
        }
    }
    if let Some(problem) = problems.into_iter().next() {
        let line = problem.subject.map_or(1, |range| range.start.line);
        return Err(FunctionError::argument(0, format!("line {line}: {}", problem.detail.trim_end_matches('.'))));
    }
    Ok(Value::object(attributes))
}
