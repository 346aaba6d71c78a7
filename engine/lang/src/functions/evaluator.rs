//! Functions that only the evaluator can run, because it must decide itself what becomes of their arguments.

use wpinfra_core::Type;

use super::signature::{Parameter, Signature};

pub(super) fn signatures() -> Vec<Signature> {
    vec![
        Signature::lazy(
            "can",
            "Tells whether the expression can be evaluated without errors.",
            [Parameter::any("expression")],
            Type::Bool,
        ),
        Signature::lazy("try", "Returns the first of the expressions that has no errors.", [], Type::Dynamic)
            .variadic(Parameter::any("expressions")),
        Signature::lazy(
            "templatefile",
            "Renders the template in a file with the given variables.",
            [Parameter::string("path"), Parameter::any("vars")],
            Type::Dynamic,
        ),
        Signature::lazy(
            "templatestring",
            "Renders the template that a reference holds with the given variables.",
            [Parameter::string("template"), Parameter::any("vars")],
            Type::String,
        ),
    ]
}
