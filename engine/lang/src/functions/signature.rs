//! What all functions have in common: the protocol of a call.

use wpinfra_core::convert::convert;
use wpinfra_core::refinement::Refinement;
use wpinfra_core::{Marks, Number, Type, Value};

use super::{FunctionError, FunctionScope};

/// A function: its name, what it takes, what it returns.
pub struct Signature {
    /// Name as it is called.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub description: &'static str,
    /// Parameters that must be given.
    pub parameters: Vec<Parameter>,
    /// Parameter for any number of further arguments.
    pub variadic: Option<Parameter>,
    /// Type of the result as far as it does not depend on the arguments.
    pub returns: Type,
    /// Computes the type of the result from the arguments, where it depends on them.
    return_type: Option<ReturnType>,
    /// Whether a result that is unknown is known not to be null.
    not_null: bool,
    body: Option<Body>,
}

type ReturnType = fn(&[Value]) -> Result<Type, FunctionError>;
type Body = fn(&Arguments<'_>) -> Result<Value, FunctionError>;

/// A parameter and what the function itself deals with.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Name, for messages and documentation.
    pub name: &'static str,
    /// Type to which arguments are converted.
    pub ty: Type,
    /// Whether the function takes null.
    pub nullable: bool,
    /// Whether the function is called with an unknown argument; otherwise the result is unknown.
    unknown: bool,
    /// Whether the function sees marks; otherwise they go from the argument and its parts to the result.
    marked: bool,
    /// Whether the function is called with an argument of undecided type; otherwise the result is of undecided type.
    dynamic: bool,
}

impl Parameter {
    /// Returns a parameter of which the function handles nothing special.
    pub(super) fn new(name: &'static str, ty: Type) -> Self {
        Self { name, ty, nullable: false, unknown: false, marked: false, dynamic: false }
    }

    /// Returns a parameter for a string.
    pub(super) fn string(name: &'static str) -> Self {
        Self::new(name, Type::String)
    }

    /// Returns a parameter for a number.
    pub(super) fn number(name: &'static str) -> Self {
        Self::new(name, Type::Number)
    }

    /// Returns a parameter for a value of any type.
    pub(super) fn any(name: &'static str) -> Self {
        Self::new(name, Type::Dynamic)
    }

    /// Lets the function see null.
    pub(super) fn nullable(self) -> Self {
        Self { nullable: true, ..self }
    }

    /// Lets the function see unknown values.
    pub(super) fn unknown(self) -> Self {
        Self { unknown: true, ..self }
    }

    /// Lets the function see marks.
    pub(super) fn marked(self) -> Self {
        Self { marked: true, ..self }
    }

    /// Lets the function see values of undecided type.
    pub(super) fn dynamic(self) -> Self {
        Self { dynamic: true, ..self }
    }
}

impl Signature {
    /// Returns a function with a fixed type of result, which is never null.
    pub(super) fn new(
        name: &'static str,
        description: &'static str,
        parameters: impl Into<Vec<Parameter>>,
        returns: Type,
        body: Body,
    ) -> Self {
        Self {
            name,
            description,
            parameters: parameters.into(),
            variadic: None,
            returns,
            return_type: None,
            not_null: true,
            body: Some(body),
        }
    }

    /// Returns a function whose arguments are expressions, so that only the evaluator can run it.
    pub(super) fn lazy(
        name: &'static str,
        description: &'static str,
        parameters: impl Into<Vec<Parameter>>,
        returns: Type,
    ) -> Self {
        Self {
            name,
            description,
            parameters: parameters.into(),
            variadic: None,
            returns,
            return_type: None,
            not_null: false,
            body: None,
        }
    }

    /// Adds the parameter for further arguments.
    pub(super) fn variadic(self, parameter: Parameter) -> Self {
        Self { variadic: Some(parameter), ..self }
    }

    /// Adds how the type of the result follows from the arguments.
    pub(super) fn typed(self, return_type: ReturnType) -> Self {
        Self { return_type: Some(return_type), ..self }
    }

    /// Says that the result may be null.
    pub(super) fn may_be_null(self) -> Self {
        Self { not_null: false, ..self }
    }

    /// Returns the parameter for the argument at the position.
    pub fn parameter(&self, index: usize) -> Option<&Parameter> {
        self.parameters.get(index).or(self.variadic.as_ref())
    }

    /// Tells whether only the evaluator can run the function, because it needs the expressions of its arguments.
    pub fn is_lazy(&self) -> bool {
        self.body.is_none()
    }

    /// Calls the function.
    pub(super) fn call(&self, arguments: &[Value], scope: &FunctionScope<'_>) -> Result<Value, FunctionError> {
        let Some(body) = self.body else {
            let message = format!("{} was called without its expressions; this is a bug in wpinfra", self.name);
            return Err(FunctionError::new(message));
        };
        self.check_count(arguments.len())?;
        let mut marks = Marks::NONE;
        let mut values = Vec::with_capacity(arguments.len());
        let (mut unknown, mut undecided) = (false, false);
        for (index, argument) in arguments.iter().enumerate() {
            let parameter = self.parameter(index).expect("the count was checked");
            let mut value = convert(argument, &parameter.ty).map_err(|error| {
                let place = if error.path.is_empty() { String::new() } else { format!("element {}: ", error.path) };
                FunctionError::argument(index, format!("{place}{}", error.message))
            })?;
            if value.is_null() && !parameter.nullable {
                return Err(FunctionError::argument(index, "must not be null"));
            }
            if !parameter.marked {
                marks |= value.deep_marks();
                value = value.without_deep_marks();
            }
            undecided |= !parameter.dynamic && *value.ty() == Type::Dynamic;
            unknown |= !parameter.unknown && !value.is_known();
            values.push(value);
        }
        if undecided {
            return Ok(Value::unknown(Type::Dynamic).with_marks(marks));
        }
        let expected = match self.return_type {
            Some(return_type) => return_type(&values)?,
            None => self.returns.clone(),
        };
        let result = if unknown {
            let own: Marks = values.iter().fold(Marks::NONE, |all, value| all | value.marks());
            marks |= own;
            Value::unknown(expected)
        } else {
            body(&Arguments { values: &values, expected: &expected, scope })?
        };
        Ok(self.refined(result).with_marks(marks))
    }

    fn check_count(&self, given: usize) -> Result<(), FunctionError> {
        let least = self.parameters.len();
        let plural = |count: usize| if count == 1 { "1 argument".to_owned() } else { format!("{count} arguments") };
        if given < least {
            let missing = &self.parameters[given];
            let takes = if self.variadic.is_some() { "at least " } else { "" };
            return Err(FunctionError::new(format!(
                "{} takes {takes}{}, but {} given; {:?} is missing",
                self.name,
                plural(least),
                if given == 1 { "1 is".to_owned() } else { format!("{given} are") },
                missing.name,
            )));
        }
        if given > least && self.variadic.is_none() {
            let message = format!("{} takes {}, but {given} are given", self.name, plural(least));
            return Err(FunctionError::argument(least, message));
        }
        Ok(())
    }

    /// Adds to an unknown result that it will not be null.
    fn refined(&self, value: Value) -> Value {
        if !self.not_null || value.is_known() || *value.ty() == Type::Dynamic {
            return value;
        }
        let refinement = Refinement { not_null: true, ..value.refinement().cloned().unwrap_or_default() };
        Value::refined(value.ty().clone(), refinement).with_marks(value.marks())
    }
}

/// The arguments of a call, converted and checked.
pub(super) struct Arguments<'a> {
    /// The values.
    pub(super) values: &'a [Value],
    /// Type that the result must have.
    pub(super) expected: &'a Type,
    /// What else is known.
    pub(super) scope: &'a FunctionScope<'a>,
}

impl<'a> Arguments<'a> {
    /// Returns the argument at the position.
    pub(super) fn value(&self, index: usize) -> &'a Value {
        &self.values[index]
    }

    /// Returns the text of a string parameter, which is known and not null by the time a function runs.
    pub(super) fn text(&self, index: usize) -> &'a str {
        self.values[index].as_str().expect("the protocol lets only known strings through")
    }

    /// Returns the number of a number parameter, which is known and not null by the time a function runs.
    pub(super) fn number(&self, index: usize) -> &'a Number {
        self.values[index].as_number().expect("the protocol lets only known numbers through")
    }

    /// Returns the number of a parameter that wants a whole one in the machine's range.
    pub(super) fn integer(&self, index: usize) -> Result<i64, FunctionError> {
        integer(self.number(index)).map_err(|message| FunctionError::argument(index, message))
    }

    /// Returns the elements of a list or set, or of a tuple.
    pub(super) fn elements(&self, index: usize) -> &'a [Value] {
        self.values[index].elements().expect("the protocol lets only known sequences through")
    }

    /// Returns an unknown result.
    pub(super) fn unknown(&self) -> Value {
        Value::unknown(self.expected.clone())
    }
}

/// Returns the number as a machine integer, or says why it is none.
pub(super) fn integer(number: &Number) -> Result<i64, String> {
    if !number.is_integer() {
        return Err("a whole number is required".to_owned());
    }
    number.to_i64().ok_or_else(|| "the number is too large".to_owned())
}
