//! Texts as the parser is to see them: what it has no room for is cut out, parsed on its own, and grafted in at conversion.
//!
//! hcl-edit stops at 64 levels and 128 operators, computes numbers in machine floats and knows neither directives inside of
//! directives of any depth nor heredocs without lines. Everything of that kind gets a name as placeholder; [`super::convert`]
//! finds by its place what it stands for. All other bytes keep their number, so that places are a matter of adding.

use std::sync::Arc;

use wpinfra_core::Value;

use crate::expr::{BinaryOperator, UnaryOperator};

/// A text for the parser, with what was taken out of it.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    pub(super) text: String,
    /// Pairs of places, in the text and in the source, from where on both advance alike.
    places: Vec<(usize, usize)>,
    /// By place in the text, in ascending order.
    cuts: Vec<(usize, Cut)>,
}

/// What a placeholder stands for.
#[derive(Debug)]
pub(super) enum Cut {
    /// An expression.
    Expression(Prepared),
    /// A constant.
    Literal(Value),
    /// Operands with the operators between them.
    Chain(Vec<Prepared>, Vec<BinaryOperator>),
    /// All operators before an operand, of which only the first is left.
    Unary(Vec<UnaryOperator>),
    /// What stands between the braces of the block that begins there.
    Body(Prepared),
    /// A directive of a template, whose place an interpolation has.
    Directive(Directive),
}

/// A directive of a template.
#[derive(Debug)]
pub(super) enum Directive {
    If(Prepared),
    Else,
    EndIf,
    For(Option<Arc<str>>, Arc<str>, Prepared),
    EndFor,
}

impl Prepared {
    /// Returns an empty text that begins at a byte of the source.
    pub(super) fn starting_at(source: usize) -> Self {
        Self { text: String::new(), places: vec![(0, source)], cuts: Vec::new() }
    }

    /// Returns the byte of the source that a byte of the text stands for.
    pub(super) fn source(&self, at: usize) -> usize {
        let index = self.places.partition_point(|(text, _)| *text <= at);
        self.places.get(index.saturating_sub(1)).map_or(at, |(text, source)| source + (at - text))
    }

    /// Returns what the placeholder at a place stands for.
    pub(super) fn cut(&self, at: usize) -> Option<&Cut> {
        let index = self.cuts.binary_search_by_key(&at, |(place, _)| *place).ok()?;
        self.cuts.get(index).map(|(_, cut)| cut)
    }

    /// Says that the text goes on with another place of the source.
    pub(super) fn go_on_at(&mut self, source: usize) {
        self.places.push((self.text.len(), source));
    }

    /// Puts what the placeholder or operator at a place stands for.
    pub(super) fn put(&mut self, at: usize, cut: Cut) {
        self.cuts.push((at, cut));
    }

    /// Adds one more operator to those at a place, and returns how many these are.
    pub(super) fn put_operator(&mut self, at: usize, first: UnaryOperator, next: UnaryOperator) -> usize {
        if let Some((place, Cut::Unary(operators))) = self.cuts.last_mut()
            && *place == at
        {
            operators.push(next);
            return operators.len();
        }
        self.cuts.push((at, Cut::Unary(vec![first, next])));
        2
    }

    /// Takes the end of the text off, from a place on.
    pub(super) fn split_off(&mut self, at: usize) -> Self {
        let start = self.source(at);
        let first_place = self.places.partition_point(|(text, _)| *text <= at);
        let first_cut = self.cuts.partition_point(|(place, _)| *place < at);
        let places = self.places.split_off(first_place).into_iter().map(|(text, source)| (text - at, source));
        let cuts = self.cuts.split_off(first_cut).into_iter().map(|(place, cut)| (place - at, cut));
        Self {
            text: self.text.split_off(at),
            places: std::iter::once((0, start)).chain(places).collect(),
            cuts: cuts.collect(),
        }
    }

    /// Returns the text without white space around it.
    pub(super) fn trimmed(mut self) -> Self {
        let end = self.text.trim_end().len();
        self.text.truncate(end);
        let start = end - self.text.trim_start().len();
        if start > 0 { self.split_off(start) } else { self }
    }

    /// Cuts the text at operators, given by place and length.
    pub(super) fn split_at(mut self, operators: &[(usize, usize)]) -> Vec<Self> {
        let mut operands = Vec::with_capacity(operators.len() + 1);
        for (at, length) in operators.iter().rev() {
            operands.push(self.split_off(at + length).trimmed());
            self.text.truncate(*at);
        }
        operands.push(self.trimmed());
        operands.reverse();
        operands
    }
}
