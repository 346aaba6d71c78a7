//! Values of the root variables: where they come from, which one counts, and what is wrong with them.

use std::collections::BTreeMap;
use std::sync::Arc;

use wpinfra_core::{Diagnostic, Diagnostics, Marks, Type, Value};

use super::load::{is_json, join, read_source};
use super::{Configuration, Variable, blocks};
use crate::eval::evaluate;
use crate::expr::{ExprKind, Expression};
use crate::scope::NoScope;
use crate::suggest::did_you_mean;
use crate::syntax::{Source, json, parse_body, parse_expression};

/// Where an input variable was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariableOrigin {
    /// `TF_VAR_name`
    Environment,
    /// `-var name=value`
    CommandLine,
    /// Typed in when asked.
    Prompt,
}

/// A variable that was given as text.
#[derive(Clone, Debug)]
pub struct InputVariable {
    /// Its name.
    pub name: String,
    /// Its value as given.
    pub text: String,
    /// Where it was given.
    pub origin: VariableOrigin,
}

/// All values that were given, weakest first: the environment, then files of the directory, then the command line.
#[derive(Clone, Debug, Default)]
pub struct InputVariables {
    /// `TF_VAR_…`
    pub environment: Vec<InputVariable>,
    /// `-var` and `-var-file` in the order of the command line, then answers to prompts.
    pub command_line: Vec<InputSource>,
}

/// One argument of the command line.
#[derive(Clone, Debug)]
pub enum InputSource {
    /// `-var`, or an answer to a prompt.
    Variable(InputVariable),
    /// `-var-file` with its path.
    File(String),
}

/// Values by name, each with a word for where it came from.
#[derive(Default)]
struct Gathered {
    /// Whether a file could not be read, so that nobody knows what it gives.
    incomplete: bool,
    values: BTreeMap<Arc<str>, (Value, Option<wpinfra_core::SourceRange>)>,
}

/// Sets the values of the root variables; unknown ones without inputs.
pub(super) fn assign(configuration: &mut Configuration, inputs: Option<InputVariables>, diagnostics: &mut Diagnostics) {
    let module = Arc::clone(&configuration.modules[0].module);
    let Some(inputs) = inputs else {
        for (name, variable) in &module.variables {
            let ty = variable.constraint.ty.without_optional();
            configuration.variables.insert(Arc::clone(name), marked(variable, Value::unknown(ty)));
        }
        return;
    };
    let mut gathered = Gathered::default();
    gather(configuration, &module.variables, inputs, &mut gathered, diagnostics);
    configuration.given.extend(gathered.values.keys().cloned());
    for (name, variable) in &module.variables {
        let value = match gathered.values.remove(name) {
            Some((given, range)) => {
                if let Some(range) = &range {
                    configuration.variable_ranges.insert(Arc::clone(name), range.clone());
                }
                settle(variable, &given, range, diagnostics)
            }
            None if variable.default.is_some() => variable.default.clone(),
            None if gathered.incomplete => None,
            None => {
                let what = variable.description.as_ref().map_or_else(String::new, |text| format!(" ({text})"));
                let detail = format!(
                    "The variable {name:?}{what} has no default, so it must be given: with -var '{name}=…', in a .tfvars file, or as TF_VAR_{name}."
                );
                diagnostics
                    .push(Diagnostic::error("No value for required variable", detail).at(variable.range.clone()));
                None
            }
        };
        let value = value.unwrap_or_else(|| Value::unknown(variable.constraint.ty.without_optional()));
        configuration.variables.insert(Arc::clone(name), marked(variable, value));
    }
}

/// Converts a value to what the variable wants; a null that is not allowed is replaced by the default.
pub(crate) fn settle(
    variable: &Variable,
    given: &Value,
    range: Option<wpinfra_core::SourceRange>,
    diagnostics: &mut Diagnostics,
) -> Option<Value> {
    if given.is_null() && !variable.nullable {
        if let Some(default) = &variable.default {
            return Some(default.clone());
        }
        let detail = format!(
            "The variable {:?} says \"nullable = false\" and has no default, so it must be given a value that is not null.",
            variable.name
        );
        diagnostics.push(
            Diagnostic::error("Required variable not set", detail).at(range.or_else(|| Some(variable.range.clone()))),
        );
        return None;
    }
    match variable.constraint.apply(given) {
        Ok(value) => Some(value),
        Err(error) => {
            let detail = format!(
                "The value given for the variable {:?} does not fit its type {}: {}{}.",
                variable.name,
                variable.constraint.ty,
                blocks::at(&error.path),
                error.message
            );
            let subject = range.or_else(|| Some(variable.range.clone()));
            diagnostics.push(Diagnostic::error("Invalid value for input variable", detail).at(subject));
            None
        }
    }
}

/// Returns the value with the marks that the declaration gives it.
pub(crate) fn marked(variable: &Variable, value: Value) -> Value {
    let mut marks = Marks::NONE;
    if variable.sensitive {
        marks |= Marks::SENSITIVE;
    }
    if variable.ephemeral {
        marks |= Marks::EPHEMERAL;
    }
    value.with_marks(marks)
}

fn gather(
    configuration: &mut Configuration,
    declared: &indexmap::IndexMap<Arc<str>, Variable>,
    inputs: InputVariables,
    gathered: &mut Gathered,
    diagnostics: &mut Diagnostics,
) {
    for input in inputs.environment {
        // What else stands in the environment is nobody's mistake.
        if let Some(variable) = declared.get(input.name.as_str()) {
            gathered.text(variable, &input, diagnostics);
        }
    }
    for path in automatic_files(configuration) {
        gathered.file(configuration, declared, &path, diagnostics);
    }
    for input in inputs.command_line {
        match input {
            InputSource::File(path) => gathered.file(configuration, declared, &path, diagnostics),
            InputSource::Variable(input) => {
                if let Some(variable) = declared.get(input.name.as_str()) {
                    gathered.text(variable, &input, diagnostics);
                    continue;
                }
                let detail = format!(
                    "A value was given for {:?} on the command line, but the root module declares no variable of that name.",
                    input.name
                );
                let help = did_you_mean(&input.name, declared.keys().map(|name| &**name));
                diagnostics.push(Diagnostic::error("Value for undeclared variable", detail).help(help));
            }
        }
    }
}

/// Returns the paths of the files that are read without being asked for, weakest first.
fn automatic_files(configuration: &Configuration) -> Vec<String> {
    let root = &configuration.environment.root_dir;
    let mut names: Vec<String> = configuration.environment.files.names(root).unwrap_or_default();
    names.retain(|name| !name.contains('/'));
    names.sort();
    let fixed = ["terraform.tfvars", "terraform.tfvars.json"];
    let first = fixed.iter().filter(|name| names.iter().any(|found| found == *name)).map(|name| (*name).to_owned());
    let automatic = names.iter().filter(|name| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json"));
    first.chain(automatic.cloned()).map(|name| join(root, &name)).collect()
}

impl Gathered {
    fn text(&mut self, variable: &Variable, input: &InputVariable, diagnostics: &mut Diagnostics) {
        let label = match input.origin {
            VariableOrigin::Environment => format!("<value of TF_VAR_{}>", input.name),
            VariableOrigin::CommandLine => format!("<value of -var {}>", input.name),
            VariableOrigin::Prompt => format!("<answer for {}>", input.name),
        };
        // Only for declared types that are not primitive the text is an expression.
        let value = if !variable.typed || matches!(variable.constraint.ty, Type::Bool | Type::Number | Type::String) {
            Value::string(&input.text)
        } else {
            match constant_text(&label, &input.text) {
                Ok(value) => value,
                Err(problems) => {
                    diagnostics.extend(problems);
                    return;
                }
            }
        };
        self.values.insert(Arc::clone(&variable.name), (value, None));
    }

    fn file(
        &mut self,
        configuration: &mut Configuration,
        declared: &indexmap::IndexMap<Arc<str>, Variable>,
        path: &str,
        diagnostics: &mut Diagnostics,
    ) {
        let source = match read_source(&*configuration.environment.files, path) {
            Ok(source) => source,
            Err(diagnostic) => {
                self.incomplete = true;
                diagnostics.push(*diagnostic);
                return;
            }
        };
        configuration.sources.insert(path.to_owned(), Arc::clone(&source));
        configuration.variable_files.insert(path.to_owned());
        let parsed = if is_json(path) { json::parse_body(&source) } else { parse_body(&source) };
        let Some(body) = diagnostics.absorb(parsed) else {
            self.incomplete = true;
            return;
        };
        let body = body.shaped(&|_| None, diagnostics);
        for block in &body.blocks {
            let detail = "A file of variables holds only lines of the form name = value.";
            diagnostics.push(Diagnostic::error("Unexpected block", detail).at(block.range()));
        }
        for attribute in body.attributes.values() {
            let (value, problems) = evaluate(&attribute.expression(), &NoScope);
            let failed = problems.has_errors();
            diagnostics.extend(problems);
            if !declared.contains_key(&attribute.name) {
                let detail =
                    format!("The root module declares no variable {:?}; its value has no effect.", attribute.name);
                let help = did_you_mean(&attribute.name, declared.keys().map(|name| &**name));
                diagnostics.push(
                    Diagnostic::general_warning("Value for undeclared variable", detail)
                        .at(attribute.name_range())
                        .help(help),
                );
                continue;
            }
            if !failed {
                let range = attribute.expression().range();
                self.values.insert(Arc::clone(&attribute.name), (value, Some(range)));
            }
        }
    }
}

/// Reads a text as a constant expression.
fn constant_text(label: &str, text: &str) -> Result<Value, Diagnostics> {
    let source = Source::new(label, text);
    let expression: Expression = parse_expression(&source).map_err(|problem| Diagnostics::from(*problem))?;
    if let ExprKind::Traversal(traversal) = &expression.expr.kind
        && traversal.steps.is_empty()
    {
        let detail = format!(
            "The {} is an expression, in which strings stand in quotes: \"{}\".",
            label.trim_matches(['<', '>']),
            traversal.root
        );
        return Err(Diagnostic::error("Invalid value for input variable", detail).at(expression.range()).into());
    }
    let (value, diagnostics) = evaluate(&expression, &NoScope);
    if diagnostics.has_errors() { Err(diagnostics) } else { Ok(value) }
}

/// Checks the validation blocks of the root variables.
pub(super) fn check_validations(configuration: &Configuration, diagnostics: &mut Diagnostics) {
    let evaluator = crate::Evaluator::new(configuration);
    diagnostics.extend(evaluator.root_validations());
}
