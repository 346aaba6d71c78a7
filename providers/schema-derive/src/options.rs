//! What `#[attr(…)]` and `#[block(…)]` say.

use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, Lit, LitInt, LitStr, Path, Token, UnOp, parenthesized};

/// Options of one field.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) name: Option<LitStr>,
    pub(crate) required: bool,
    pub(crate) optional: bool,
    pub(crate) computed: bool,
    pub(crate) set: bool,
    pub(crate) nesting: Option<Ident>,
    pub(crate) min: Option<LitInt>,
    pub(crate) max: Option<LitInt>,
    pub(crate) default: Option<Tokens>,
    pub(crate) ty: Option<Expr>,
    pub(crate) element_defaults: bool,
    /// Statements that fill in the other members of the `Attribute` or `NestedBlock` called `schema`.
    pub(crate) settings: Vec<Tokens>,
}

impl Options {
    /// Reads one option.
    pub(crate) fn read(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let option = meta.path.require_ident()?.to_string();
        match option.as_str() {
            "name" => self.name = Some(meta.value()?.parse()?),
            "required" => self.required = true,
            "optional" => self.optional = true,
            "computed" => self.computed = true,
            "set" if self.nesting.is_none() => {
                self.set = true;
                self.nesting = Some(meta.path.require_ident()?.clone());
            }
            "list" | "single" => self.nesting = Some(meta.path.require_ident()?.clone()),
            "min" => self.min = Some(meta.value()?.parse()?),
            "max" => self.max = Some(meta.value()?.parse()?),
            "default" => self.default = Some(default_value(&meta.value()?.parse()?)?),
            "ty" => self.ty = Some(meta.value()?.parse()?),
            "element_defaults" => self.element_defaults = true,
            _ => self.settings.push(setting(&option, meta)?),
        }
        Ok(())
    }
}

/// Returns the statement for an option that only sets a member.
fn setting(option: &str, meta: &ParseNestedMeta<'_>) -> syn::Result<Tokens> {
    let schema = quote!(::wpinfra_core::schema);
    Ok(match option {
        "replace" => quote!(schema.replace = #schema::Replace::Always;),
        "replace_when" => {
            let function: Path = meta.value()?.parse()?;
            quote!(schema.replace = #schema::Replace::When(#function);)
        }
        "sensitive" => quote!(schema.sensitive = true;),
        "write_only" => quote!(schema.write_only = true;),
        "local" => quote!(schema.local = true;),
        "as_observed" => quote!(schema.as_observed = true;),
        "planned_by_type" => quote!(schema.planned_by_type = true;),
        "deprecated" => {
            let text: LitStr = meta.value()?.parse()?;
            quote!(schema.deprecated = Some(#text);)
        }
        "ignore_case" => quote!(schema.equality = #schema::Equality::IgnoringCase;),
        "json" => quote!(schema.equality = #schema::Equality::Json;),
        "equal" => {
            let function: Path = meta.value()?.parse()?;
            quote!(schema.equality = #schema::Equality::By(#function);)
        }
        "canonical" => {
            let function: Path = meta.value()?.parse()?;
            quote!(schema.canonical = Some(#function);)
        }
        "unknown_on_update" => {
            let paths = strings(meta)?;
            quote!(schema.unknown_on_update = &[#(#paths),*];)
        }
        "conflicts" | "exactly_one" | "at_least_one" | "required_with" => {
            let paths = paths(meta)?;
            let relation = match option {
                "conflicts" => quote!(ConflictsWith),
                "exactly_one" => quote!(ExactlyOneOf),
                "at_least_one" => quote!(AtLeastOneOf),
                _ => quote!(RequiredWith),
            };
            quote!(schema.relations.push(#schema::Relation::#relation(#paths));)
        }
        _ => {
            let check = check(option, meta)?;
            quote!(schema.checks.push(#check);)
        }
    })
}

/// Returns the check that an option stands for.
fn check(option: &str, meta: &ParseNestedMeta<'_>) -> syn::Result<Tokens> {
    let schema = quote!(::wpinfra_core::schema);
    Ok(match option {
        "integer" => quote!(#schema::Check::Integer),
        "one_of" => {
            let values = strings(meta)?;
            quote!(#schema::Check::OneOf(&[#(#values),*]))
        }
        "one_of_ignore_case" => {
            let values = strings(meta)?;
            quote!(#schema::Check::OneOfIgnoringCase(&[#(#values),*]))
        }
        "range" | "length" | "items" => {
            let bounds = expressions(meta)?;
            let [low, high] = bounds.as_slice() else { return Err(meta.error("expected two numbers")) };
            let kind = match option {
                "range" => quote!(Range),
                "length" => quote!(Length),
                _ => quote!(Items),
            };
            quote!(#schema::Check::#kind(#low, #high))
        }
        "pattern" => {
            let texts = strings(meta)?;
            let [pattern, words] = texts.as_slice() else {
                return Err(meta.error("expected a pattern and what it means"));
            };
            quote!(#schema::Check::Pattern(#pattern, #words))
        }
        "format" => {
            let inner;
            parenthesized!(inner in meta.input);
            let format: Ident = inner.parse()?;
            quote!(#schema::Check::Format(#schema::Format::#format))
        }
        "check" => {
            let function: Path = meta.value()?.parse()?;
            quote!(#schema::Check::By(#function))
        }
        "each" => {
            let mut inner = None;
            meta.parse_nested_meta(|nested| {
                let name = nested.path.require_ident()?.to_string();
                inner = Some(self::check(&name, &nested)?);
                Ok(())
            })?;
            let inner = inner.ok_or_else(|| meta.error("expected a check"))?;
            quote!({
                const EACH: #schema::Check = #inner;
                #schema::Check::Each(&EACH)
            })
        }
        _ => return Err(meta.error(format!("there is no option {option:?}"))),
    })
}

/// Returns a list of attributes: written out in parentheses, or a constant after `=` where several fields share it.
fn paths(meta: &ParseNestedMeta<'_>) -> syn::Result<Tokens> {
    if meta.input.peek(Token![=]) {
        let constant: Path = meta.value()?.parse()?;
        return Ok(quote!(#constant));
    }
    let paths = strings(meta)?;
    Ok(quote!(&[#(#paths),*]))
}

fn strings(meta: &ParseNestedMeta<'_>) -> syn::Result<Vec<LitStr>> {
    let inner;
    parenthesized!(inner in meta.input);
    Ok(Punctuated::<LitStr, Token![,]>::parse_terminated(&inner)?.into_iter().collect())
}

fn expressions(meta: &ParseNestedMeta<'_>) -> syn::Result<Vec<Expr>> {
    let inner;
    parenthesized!(inner in meta.input);
    Ok(Punctuated::<Expr, Token![,]>::parse_terminated(&inner)?.into_iter().collect())
}

/// Returns the value of a default; anything but a literal is an expression that gives a `Value`.
fn default_value(expression: &Expr) -> syn::Result<Tokens> {
    if let Expr::Unary(unary) = expression
        && let UnOp::Neg(_) = unary.op
        && let Expr::Lit(literal) = &*unary.expr
        && let Lit::Int(number) = &literal.lit
    {
        let number: i64 = number.base10_parse()?;
        return Ok(quote!(::wpinfra_core::Value::number(-#number)));
    }
    let Expr::Lit(literal) = expression else { return Ok(quote!(#expression)) };
    if let Lit::Str(text) = &literal.lit {
        Ok(quote!(::wpinfra_core::Value::string(#text)))
    } else if let Lit::Bool(value) = &literal.lit {
        Ok(quote!(::wpinfra_core::Value::bool(#value)))
    } else if let Lit::Int(number) = &literal.lit {
        let number: i64 = number.base10_parse()?;
        Ok(quote!(::wpinfra_core::Value::number(#number)))
    } else if let Lit::Float(number) = &literal.lit {
        Ok(quote!(::wpinfra_core::Value::number(::wpinfra_core::Number::from_f64(#number))))
    } else {
        Err(syn::Error::new_spanned(expression, "a default is a string, bool or number"))
    }
}
