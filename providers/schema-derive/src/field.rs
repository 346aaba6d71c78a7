//! One field of a model: its schema, and how it is read and written.

use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{Attribute, Expr, Field, GenericArgument, Ident, Lit, Meta, PathArguments, Type};

use crate::options::Options;

/// A field with its options.
pub(crate) struct ModelField {
    ident: Ident,
    ty: Type,
    description: String,
    is_block: bool,
    options: Options,
}

impl ModelField {
    pub(crate) fn parse(field: &Field) -> syn::Result<Self> {
        let mut options = Options::default();
        let mut kinds = Vec::new();
        for attribute in &field.attrs {
            let is_block = attribute.path().is_ident("block");
            if is_block || attribute.path().is_ident("attr") {
                kinds.push(is_block);
                attribute.parse_nested_meta(|meta| options.read(&meta))?;
            }
        }
        let [is_block] = kinds.as_slice() else {
            return Err(syn::Error::new_spanned(field, "a field of a model has #[attr(…)] or #[block(…)]"));
        };
        let ident = field.ident.clone().ok_or_else(|| syn::Error::new_spanned(field, "a field needs a name"))?;
        let field =
            Self { ident, ty: field.ty.clone(), description: doc_sentence(&field.attrs), is_block: *is_block, options };
        field.check()
    }

    fn check(self) -> syn::Result<Self> {
        let options = &self.options;
        let complain = |text: &str| Err(syn::Error::new(self.ident.span(), text));
        if self.is_block && options.nesting.is_none() {
            return complain("a block is list, set or single");
        }
        if !self.is_block && !options.required && !options.optional && !options.computed {
            return complain("an attribute is required, optional or computed");
        }
        if options.required && (options.optional || options.computed || options.default.is_some()) {
            return complain("a required attribute is neither optional nor computed, and needs no default");
        }
        Ok(self)
    }

    fn name(&self) -> String {
        self.options
            .name
            .as_ref()
            .map_or_else(|| self.ident.to_string().trim_start_matches("r#").to_owned(), syn::LitStr::value)
    }

    fn description(&self) -> &str {
        &self.description
    }

    /// Returns `(name, Attribute)` if the field is an attribute.
    pub(crate) fn attribute_schema(&self) -> Option<Tokens> {
        if self.is_block {
            return None;
        }
        let (name, description, options) = (self.name(), self.description(), &self.options);
        let role = match (options.required, options.optional, options.computed) {
            (true, _, _) => quote!(Required),
            (_, true, true) => quote!(OptionalComputed),
            (_, true, false) => quote!(Optional),
            _ => quote!(Computed),
        };
        let ty = self.value_type();
        let default = options.default.as_ref().map(|default| quote!(schema.default = Some(#default);));
        let element_defaults = options.element_defaults.then(|| {
            let element = inner_type(&self.ty).unwrap_or(&self.ty);
            quote!(schema.element_defaults = Some(::wpinfra_core::model::element_defaults(
                &<#element as ::wpinfra_core::model::BlockModel>::block(),
            ));)
        });
        let settings = &options.settings;
        Some(quote!((#name, {
            let mut schema = ::wpinfra_core::schema::Attribute::new(#ty, ::wpinfra_core::schema::Role::#role);
            schema.description = #description;
            #default
            #element_defaults
            #(#settings)*
            schema
        })))
    }

    /// Returns `(name, NestedBlock)` if the field is a block.
    pub(crate) fn block_schema(&self) -> Option<Tokens> {
        if !self.is_block {
            return None;
        }
        let (name, options) = (self.name(), &self.options);
        let nesting = self.nesting();
        let element = inner_type(&self.ty).unwrap_or(&self.ty);
        let min = options.min.as_ref().map_or_else(|| quote!(0), |min| quote!(#min));
        let max = match (&options.max, is_option(&self.ty)) {
            (Some(max), _) => quote!(#max),
            (None, true) => quote!(1),
            (None, false) => quote!(0),
        };
        let computed = options.computed;
        let settings = &options.settings;
        let mutable = (!settings.is_empty()).then(|| quote!(mut));
        Some(quote!((#name, {
            let #mutable schema = ::wpinfra_core::schema::NestedBlock {
                block: <#element as ::wpinfra_core::model::BlockModel>::block(),
                nesting: ::wpinfra_core::schema::Nesting::#nesting,
                min: #min,
                max: #max,
                replace: ::wpinfra_core::schema::Replace::Never,
                computed: #computed,
                deprecated: None,
                relations: ::std::vec::Vec::new(),
                unknown_on_update: &[],
            };
            #(#settings)*
            schema
        })))
    }

    fn nesting(&self) -> Tokens {
        match self.options.nesting.as_ref().map(ToString::to_string).as_deref() {
            Some("set") => quote!(Set),
            Some("single") => quote!(Single),
            _ => quote!(List),
        }
    }

    /// Returns the core type of an attribute's value.
    fn value_type(&self) -> Tokens {
        let rust = &self.ty;
        match (&self.options.ty, self.options.set.then(|| inner_type(rust)).flatten()) {
            (Some(ty), _) => quote!(#ty),
            (None, Some(element)) => {
                quote!(::wpinfra_core::Type::set(<#element as ::wpinfra_core::model::Field>::ty()))
            }
            (None, None) => quote!(<#rust as ::wpinfra_core::model::Field>::ty()),
        }
    }

    /// Returns the member of the struct expression that `from_value` builds.
    pub(crate) fn read(&self) -> Tokens {
        let (ident, name) = (&self.ident, self.name());
        let function = match (self.is_block, is_option(&self.ty)) {
            (false, _) => quote!(::wpinfra_core::model::Field::from_value),
            (true, true) => quote!(::wpinfra_core::model::block_from),
            (true, false) => quote!(::wpinfra_core::model::blocks_from),
        };
        quote!(#ident: #function(&::wpinfra_core::model::attribute(value, #name)).map_err(|error| error.inside(#name))?)
    }

    /// Returns the `(name, value)` that `to_value` makes an object of.
    pub(crate) fn write(&self) -> Tokens {
        let (ident, name) = (&self.ident, self.name());
        let element = inner_type(&self.ty).unwrap_or(&self.ty);
        if self.is_block {
            let ty = quote!(<#element as ::wpinfra_core::model::BlockModel>::block().implied_type());
            let all = quote!(self.#ident.iter().map(::wpinfra_core::model::BlockModel::to_value).collect());
            return match self.nesting().to_string().as_str() {
                "Set" => quote!((#name, ::wpinfra_core::Value::set(#ty, #all))),
                "Single" => quote!((#name, self.#ident.as_ref().map_or_else(
                    || ::wpinfra_core::Value::null(#ty),
                    ::wpinfra_core::model::BlockModel::to_value,
                ))),
                _ => quote!((#name, ::wpinfra_core::Value::list(#ty, #all))),
            };
        }
        if self.options.set {
            return quote!((#name, ::wpinfra_core::Value::set(
                <#element as ::wpinfra_core::model::Field>::ty(),
                self.#ident.iter().map(::wpinfra_core::model::Field::to_value).collect(),
            )));
        }
        quote!((#name, ::wpinfra_core::model::Field::to_value(&self.#ident)))
    }
}

/// Returns the first paragraph of the doc comment as one line.
pub(crate) fn doc_sentence(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        if let Meta::NameValue(pair) = &attribute.meta
            && let Expr::Lit(expression) = &pair.value
            && let Lit::Str(text) = &expression.lit
        {
            let line = text.value().trim().to_owned();
            if line.is_empty() {
                break;
            }
            lines.push(line);
        }
    }
    lines.join(" ")
}

fn is_option(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|segment| segment.ident == "Option"))
}

/// Returns `T` of `Vec<T>`, `Option<T>` and the like.
fn inner_type(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    arguments
        .args
        .iter()
        .find_map(|argument| if let GenericArgument::Type(inner) = argument { Some(inner) } else { None })
}
