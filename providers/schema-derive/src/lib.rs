//! `#[derive(Model)]` and `#[derive(BlockModel)]`: a Rust struct becomes a schema and its conversions.
//!
//! The struct is the one place that says what a resource type has; see `providers/README.md` for the options.

mod field;
mod options;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{Data, DeriveInput, Fields, LitInt, LitStr, parse_macro_input};

use crate::field::ModelField;

/// Derives `wpinfra_core::model::Model` for the attributes of a resource type, a data source or a provider block.
///
/// `#[model(name = "aws_vpc", version = 1, strict, timeouts(create = 600))]` on the struct; `#[attr(…)]` or `#[block(…)]` on each field.
#[proc_macro_derive(Model, attributes(model, attr, block))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input, expand_model).into()
}

/// Derives `wpinfra_core::model::BlockModel` and `Field` for the attributes of a nested block or of an object in an attribute.
#[proc_macro_derive(BlockModel, attributes(model, attr, block))]
pub fn derive_block_model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input, |input, fields| Ok(expand_block(input, fields))).into()
}

fn expand(input: &DeriveInput, with: fn(&DeriveInput, &[ModelField]) -> syn::Result<Tokens>) -> Tokens {
    fields_of(input).and_then(|fields| with(input, &fields)).unwrap_or_else(|error| error.to_compile_error())
}

fn fields_of(input: &DeriveInput) -> syn::Result<Vec<ModelField>> {
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new_spanned(input, "a model is a struct with named fields"));
    };
    let Fields::Named(named) = &data.fields else {
        return Err(syn::Error::new_spanned(input, "a model is a struct with named fields"));
    };
    named.named.iter().map(ModelField::parse).collect()
}

/// What `#[model(…)]` says.
#[derive(Default)]
struct ModelOptions {
    name: Option<LitStr>,
    version: Option<LitInt>,
    strict: bool,
    timeouts: Vec<(String, LitInt)>,
}

impl ModelOptions {
    fn parse(input: &DeriveInput) -> syn::Result<Self> {
        let mut options = Self::default();
        for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("model")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("name") {
                    options.name = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("version") {
                    options.version = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("strict") {
                    options.strict = true;
                } else if meta.path.is_ident("timeouts") {
                    meta.parse_nested_meta(|timeout| {
                        let operation = timeout.path.require_ident()?.to_string();
                        options.timeouts.push((operation, timeout.value()?.parse()?));
                        Ok(())
                    })?;
                } else {
                    return Err(meta.error("expected name, version, strict or timeouts"));
                }
                Ok(())
            })?;
        }
        Ok(options)
    }
}

fn expand_model(input: &DeriveInput, fields: &[ModelField]) -> syn::Result<Tokens> {
    let options = ModelOptions::parse(input)?;
    let name = options.name.ok_or_else(|| syn::Error::new_spanned(input, "#[model(name = \"…\")] is missing"))?;
    let version = options.version.map_or_else(|| quote!(0), |version| quote!(#version));
    let type_system = if options.strict { quote!(Strict) } else { quote!(Legacy) };
    let operations: Vec<String> = options.timeouts.iter().map(|(operation, _)| operation.clone()).collect();
    let seconds = options.timeouts.iter().map(|(_, seconds)| seconds);
    let ident = &input.ident;
    let block = block_tokens(input, fields);
    let read = fields.iter().map(ModelField::read);
    let write = fields.iter().map(ModelField::write);
    let timeouts_block = (!operations.is_empty())
        .then(|| quote!(block.blocks.insert("timeouts", ::wpinfra_core::model::timeouts_block(&[#(#operations),*]));));
    let mutable = (!operations.is_empty()).then(|| quote!(mut));
    let timeouts_value = (!operations.is_empty())
        .then(|| quote!(("timeouts", ::wpinfra_core::model::timeouts_block(&[#(#operations),*]).empty()),));
    Ok(quote! {
        impl ::wpinfra_core::model::Model for #ident {
            const NAME: &'static str = #name;

            fn schema() -> ::wpinfra_core::schema::Schema {
                let block = {
                    let #mutable block = #block;
                    #timeouts_block
                    block
                };
                ::wpinfra_core::schema::Schema {
                    version: #version,
                    type_system: ::wpinfra_core::schema::TypeSystem::#type_system,
                    block,
                    timeouts: ::std::collections::BTreeMap::from([#((#operations, #seconds)),*]),
                }
            }

            fn from_value(value: &::wpinfra_core::Value) -> ::std::result::Result<Self, ::wpinfra_core::model::ModelError> {
                Ok(Self { #(#read),* })
            }

            fn to_value(&self) -> ::wpinfra_core::Value {
                ::wpinfra_core::Value::object(::std::vec![#(#write,)* #timeouts_value])
            }
        }
    })
}

fn expand_block(input: &DeriveInput, fields: &[ModelField]) -> Tokens {
    let ident = &input.ident;
    let block = block_tokens(input, fields);
    let read = fields.iter().map(ModelField::read);
    let write = fields.iter().map(ModelField::write);
    quote! {
        impl ::wpinfra_core::model::BlockModel for #ident {
            fn block() -> ::wpinfra_core::schema::Block {
                #block
            }

            fn from_value(value: &::wpinfra_core::Value) -> ::std::result::Result<Self, ::wpinfra_core::model::ModelError> {
                Ok(Self { #(#read),* })
            }

            fn to_value(&self) -> ::wpinfra_core::Value {
                ::wpinfra_core::Value::object(::std::vec![#(#write),*])
            }
        }

        impl ::wpinfra_core::model::Field for #ident {
            fn ty() -> ::wpinfra_core::Type {
                <Self as ::wpinfra_core::model::BlockModel>::block().implied_type()
            }

            fn from_value(value: &::wpinfra_core::Value) -> ::std::result::Result<Self, ::wpinfra_core::model::ModelError> {
                <Self as ::wpinfra_core::model::BlockModel>::from_value(value)
            }

            fn to_value(&self) -> ::wpinfra_core::Value {
                <Self as ::wpinfra_core::model::BlockModel>::to_value(self)
            }
        }
    }
}

fn block_tokens(input: &DeriveInput, fields: &[ModelField]) -> Tokens {
    let description = field::doc_sentence(&input.attrs);
    let attributes = fields.iter().filter_map(ModelField::attribute_schema);
    let blocks = fields.iter().filter_map(ModelField::block_schema);
    quote! {
        ::wpinfra_core::schema::Block {
            description: #description,
            attributes: ::std::vec![#(#attributes),*].into_iter().collect(),
            blocks: ::std::vec![#(#blocks),*].into_iter().collect(),
        }
    }
}
