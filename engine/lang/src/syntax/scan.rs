//! Reads a text once, without recursion, and prepares it for the parser.
//!
//! This knows just enough of the syntax to tell where brackets, strings, operands and operators begin and end. A text that
//! makes no sense is passed on as it is from there on: what is wrong with it is for the parser to say.

mod templates;

use std::collections::BTreeSet;

use wpinfra_core::{Number, Value};

use super::prepare::{Cut, Prepared};
use crate::expr::{BinaryOperator, UnaryOperator};

/// How deep a text may be nested. Each level costs little, and Terraform has no bound but memory.
const DEPTH_LIMIT: usize = 10_000;
/// Levels that are left to the parser, which counts up to three for one of ours and stops at 64.
const LEVELS: usize = 16;
/// Operators in a row, and on the way to the innermost operand, that are left to the parser, which stops at 128.
const OPERATORS: usize = 48;
/// Digits that the parser reads as they are.
const SHORT_NUMBER: usize = 15;

/// Why a text cannot be prepared.
pub(super) struct Problem {
    pub(super) at: usize,
    pub(super) summary: &'static str,
    pub(super) detail: String,
}

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    Body,
    Expression,
    Template,
}

/// Prepares a text that begins at a byte of the source.
pub(super) fn prepare(text: &str, offset: usize, root: Root) -> Result<Prepared, Problem> {
    let kind = match root {
        Root::Body => Kind::Body,
        Root::Expression => Kind::Expression,
        Root::Template => Kind::Template,
    };
    let mut scanner = Scanner {
        text,
        at: 0,
        offset,
        out: Prepared::starting_at(offset),
        frames: Vec::new(),
        top: Frame::new(kind, 0),
        names: 0,
    };
    scanner.out.text.reserve(text.len());
    while scanner.at < text.len() {
        let go_on = if scanner.top.kind.is_template() { scanner.literal()? } else { scanner.token()? };
        if go_on.is_none() {
            break;
        }
    }
    if scanner.at >= text.len() && scanner.frames.is_empty() {
        scanner.check_directives(None)?;
    }
    if scanner.top.kind == Kind::Expression || !scanner.top.kind.is_template() {
        // Where this fails the parser finds something missing.
        let _ = scanner.end_expression();
    }
    scanner.emit_rest();
    Ok(if root == Root::Expression { scanner.out.trimmed() } else { scanner.out })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A file, or what stands between the braces of a block.
    Body,
    /// A text that is one expression.
    Expression,
    /// A text that is a template.
    Template,
    Parenthesis,
    Call,
    Tuple,
    Index,
    Object,
    Quoted,
    /// The bytes of the end marker as it is written at the beginning.
    Heredoc(usize, usize),
    Interpolation,
    /// The byte where the directive begins in the source text.
    Directive(Word, usize),
    /// Between `?` and `:`.
    Then,
    /// After `:`.
    Otherwise,
}

/// The first word of a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    If,
    Else,
    EndIf,
    For,
    EndFor,
}

impl Kind {
    fn is_template(self) -> bool {
        matches!(self, Self::Template | Self::Quoted | Self::Heredoc(..))
    }
}

/// Something that was begun and has not ended yet.
struct Frame {
    kind: Kind,
    /// Where that which may be cut out begins in the prepared text.
    start: usize,
    /// Levels inside of it.
    height: usize,
    /// Operators on the way to the innermost operand.
    operators: usize,
    chain: Chain,
    /// Whether it begins with `for`.
    is_for: bool,
    /// In a body: whether `=` has been seen in the item. In an object: whether the key is over.
    assigned: bool,
    /// Where the item of a body begins.
    item: Option<usize>,
    /// Keys of an object, as written.
    keys: BTreeSet<String>,
    /// Directives of a template that have not ended, with their places.
    directives: Vec<(Word, usize)>,
}

impl Frame {
    fn new(kind: Kind, start: usize) -> Self {
        Self {
            kind,
            start,
            height: 0,
            operators: 0,
            chain: Chain::default(),
            is_for: false,
            assigned: false,
            item: None,
            keys: BTreeSet::new(),
            directives: Vec::new(),
        }
    }
}

/// Operands with operators between them.
#[derive(Default)]
struct Chain {
    /// Where the first operand begins.
    start: Option<usize>,
    /// Where the last operand begins, with the operators before it left out.
    operand: usize,
    operators: Vec<(usize, usize)>,
    kinds: Vec<BinaryOperator>,
    /// Operators on the way to the innermost operand inside of the operands.
    inner: usize,
    last: Last,
    /// The first of several operators before an operand.
    unary: Option<(usize, UnaryOperator)>,
}

/// What came last.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Nothing,
    Operator,
    Name,
    Operand,
    Dot,
}

impl Chain {
    fn after_operand(&self) -> bool {
        matches!(self.last, Last::Name | Last::Operand)
    }
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    offset: usize,
    out: Prepared,
    frames: Vec<Frame>,
    top: Frame,
    names: usize,
}

/// `None` where the text makes no sense.
type Sense = Option<()>;

impl<'t> Scanner<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Passes bytes on as they are.
    fn emit(&mut self, length: usize) {
        let end = (self.at + length).min(self.text.len());
        self.out.text.push_str(&self.text[self.at..end]);
        self.at = end;
    }

    fn emit_rest(&mut self) {
        self.emit(self.text.len() - self.at);
    }

    /// Passes white space on instead of bytes.
    fn blank(&mut self, length: usize) {
        self.out.text.extend(std::iter::repeat_n(' ', length));
        self.at += length;
    }

    /// Puts a placeholder for what stands between two bytes of the source.
    fn placeholder(&mut self, source: std::ops::Range<usize>, cut: Cut) {
        self.out.text.push(' ');
        self.out.go_on_at(source.start);
        self.out.put(self.out.text.len(), cut);
        self.names += 1;
        self.out.text.push('_');
        self.out.text.push_str(&self.names.to_string());
        self.out.go_on_at(source.end);
        self.out.text.push(' ');
        self.out.go_on_at(self.at + self.offset);
    }

    /// Cuts out what goes from a place of the prepared text up to here.
    fn cut_out(&mut self, start: usize, cut: impl FnOnce(Prepared) -> Cut) {
        let content = self.out.split_off(start).trimmed();
        let source = content.source(0)..content.source(content.text.len());
        self.placeholder(source, cut(content));
    }

    fn push(&mut self, kind: Kind, start: usize) -> Result<(), Problem> {
        if self.frames.len() + self.top.directives.len() >= DEPTH_LIMIT {
            return Err(self.too_deep());
        }
        let outer = std::mem::replace(&mut self.top, Frame::new(kind, start));
        self.frames.push(outer);
        Ok(())
    }

    fn too_deep(&self) -> Problem {
        Problem {
            at: self.at + self.offset,
            summary: "Expression too deep",
            detail: format!("More than {DEPTH_LIMIT} levels are nested in each other here."),
        }
    }

    /// Ends the innermost of what was begun; what is too large for the parser gets a placeholder.
    fn pop(&mut self) -> Sense {
        let outer = self.frames.pop()?;
        let inner = std::mem::replace(&mut self.top, outer);
        let (mut height, mut operators) = (inner.height + 1, inner.operators.max(inner.chain.inner));
        if (height > LEVELS || operators > OPERATORS) && self.cut(&inner) {
            (height, operators) = (0, 0);
        }
        self.top.height = self.top.height.max(height);
        self.top.chain.inner = self.top.chain.inner.max(operators);
        Some(())
    }

    fn cut(&mut self, inner: &Frame) -> bool {
        if inner.kind != Kind::Body {
            self.cut_out(inner.start, Cut::Expression);
            return true;
        }
        // Blocks cannot stand in a block of one line, so that one is never too deep.
        let many_lines = self.out.text[inner.start..].trim_start_matches([' ', '\t', '\r']).starts_with('\n');
        if let (true, Some(item)) = (many_lines, self.top.item) {
            let content = self.out.split_off(inner.start);
            self.out.put(item, Cut::Body(content));
            self.out.go_on_at(self.at + self.offset);
        }
        many_lines
    }

    /// Ends operands with operators between them.
    fn end_chain(&mut self) {
        let chain = std::mem::take(&mut self.top.chain);
        let mut operators = chain.kinds.len() + chain.inner;
        if let (true, true, Some(start)) = (chain.kinds.len() > OPERATORS, chain.after_operand(), chain.start) {
            let places: Vec<(usize, usize)> =
                chain.operators.iter().map(|(at, length)| (at - start, *length)).collect();
            self.cut_out(start, |whole| Cut::Chain(whole.split_at(&places), chain.kinds));
            operators = 0;
        }
        self.top.operators = self.top.operators.max(operators);
    }

    /// Ends operands, and the conditionals that they end.
    fn end_expression(&mut self) -> Sense {
        self.end_chain();
        while self.top.kind == Kind::Otherwise {
            self.pop()?;
            self.end_chain();
        }
        (self.top.kind != Kind::Then).then_some(())
    }

    fn begin_operand(&mut self) {
        let at = self.out.text.len();
        let chain = &mut self.top.chain;
        if chain.unary.is_none() {
            chain.start.get_or_insert(at);
        }
        chain.operand = at;
        chain.unary = None;
        if self.top.kind == Kind::Object && !self.top.assigned {
            self.top.item.get_or_insert(at);
        }
    }

    /// Passes on the next token of a body or expression.
    fn token(&mut self) -> Result<Sense, Problem> {
        let (byte, next) = (self.byte(0), self.byte(1));
        match byte {
            b' ' | b'\t' | b'\r' => self.emit(1),
            b'\n' => return Ok(self.newline()),
            b'#' => self.comment(),
            b'/' if next == b'/' => self.comment(),
            b'/' if next == b'*' => match self.rest().find("*/") {
                Some(end) => self.blank(end + 2),
                None => return Ok(None),
            },
            _ if self.top.kind == Kind::Body && !self.top.assigned => return self.item(),
            b'"' if !self.top.chain.after_operand() => {
                self.begin_operand();
                let start = self.out.text.len();
                self.emit(1);
                self.push(Kind::Quoted, start)?;
            }
            b'<' if next == b'<' && !self.top.chain.after_operand() => return self.heredoc(),
            b'(' | b'[' | b'{' => return self.open(byte),
            b')' | b']' | b'}' => return self.close(byte),
            b'~' if next == b'}' => return self.close(byte),
            b'0'..=b'9' => return self.number(),
            b'.' => self.dot(),
            _ if self.rest().starts_with(is_name_start) => return Ok(self.name()),
            _ => return self.symbol(byte, next),
        }
        Ok(Some(()))
    }

    fn newline(&mut self) -> Sense {
        let real = self.frames.iter().rev();
        let kind = |frame: &Frame| matches!(frame.kind, Kind::Then | Kind::Otherwise);
        let around = std::iter::once(&self.top).chain(real).find(|frame| !kind(frame));
        let ends =
            around.is_some_and(|frame| frame.kind == Kind::Body || (frame.kind == Kind::Object && !frame.is_for));
        if ends {
            self.end_expression()?;
            self.top.assigned = false;
            self.top.item = None;
            self.emit(1);
        } else if self.frames.is_empty() {
            self.emit(1);
        } else {
            // The parser does not take an end of line for a space everywhere where it is one.
            self.blank(1);
        }
        Some(())
    }

    fn comment(&mut self) {
        let length = self.rest().find('\n').unwrap_or(self.rest().len());
        // A carriage return belongs to the end of the line.
        let carriage = usize::from(self.rest()[..length].ends_with('\r'));
        self.blank(length - carriage);
    }

    /// Passes on a token of a block's head, or the name of an attribute.
    fn item(&mut self) -> Result<Sense, Problem> {
        let (byte, next) = (self.byte(0), self.byte(1));
        match byte {
            b'=' if next != b'=' && self.top.item.is_some() => {
                self.emit(1);
                self.top.assigned = true;
            }
            b'{' if self.top.item.is_some() => {
                self.emit(1);
                self.push(Kind::Body, self.out.text.len())?;
            }
            b'}' => return self.close(byte),
            b'"' if self.top.item.is_some() => {
                let mut escaped = false;
                let end = self.rest()[1..].bytes().position(|byte| {
                    let ends = byte == b'\n' || (byte == b'"' && !escaped);
                    escaped = byte == b'\\' && !escaped;
                    ends
                });
                let Some(end) = end.filter(|end| self.byte(end + 1) == b'"') else { return Ok(None) };
                self.emit(end + 2);
            }
            _ if self.rest().starts_with(is_name_start) => {
                let at = self.out.text.len();
                self.top.item.get_or_insert(at);
                self.emit(name_length(self.rest()));
            }
            _ => return Ok(None),
        }
        Ok(Some(()))
    }

    fn name(&mut self) -> Sense {
        let length = name_length(self.rest());
        let word = &self.text[self.at..self.at + length];
        if self.top.chain.last == Last::Dot {
            self.top.chain.last = Last::Operand;
            self.emit(length);
            return Some(());
        }
        if self.top.chain.after_operand() {
            // Only the words of a "for" stand beside an operand.
            let keyword = matches!(word, "in" | "if");
            if word == "if" {
                self.end_expression()?;
            } else {
                self.end_chain();
            }
            if keyword {
                self.emit(length);
                return Some(());
            }
        }
        let first = self.top.chain.start.is_none() && self.out.text[self.top.start..].trim().len() == 1;
        let spaced = matches!(self.byte(length), b' ' | b'\t' | b'\r' | b'\n' | b'#' | b'/');
        if first && word == "for" && spaced && matches!(self.top.kind, Kind::Tuple | Kind::Object) {
            self.top.is_for = true;
        }
        self.begin_operand();
        self.emit(length);
        while self.rest().starts_with("::") && self.rest()[2..].starts_with(is_name_start) {
            let length = name_length(&self.rest()[2..]);
            self.emit(2 + length);
        }
        self.top.chain.last = Last::Name;
        Some(())
    }

    /// Passes on the index after a dot.
    fn index(&mut self) -> Result<Sense, Problem> {
        let length = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let zeros = self.rest().bytes().take_while(|byte| *byte == b'0').count().min(length - 1);
        self.blank(zeros);
        self.emit(length - zeros);
        self.top.chain.last = Last::Operand;
        if self.byte(0) == b'.' && self.byte(1).is_ascii_digit() {
            return Err(Problem {
                at: self.at + self.offset,
                summary: "Invalid legacy index",
                detail: "An index after a dot cannot follow another one directly; write [0][1] instead of .0.1."
                    .to_owned(),
            });
        }
        Ok(Some(()))
    }

    fn number(&mut self) -> Result<Sense, Problem> {
        if self.top.chain.last == Last::Dot {
            return self.index();
        }
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let rest = self.rest();
        let mut length = digits(rest);
        if rest[length..].starts_with('.') && digits(&rest[length + 1..]) > 0 {
            length += 1 + digits(&rest[length + 1..]);
        }
        if rest[length..].starts_with(['e', 'E']) {
            let sign = usize::from(rest[length + 1..].starts_with(['+', '-']));
            let exponent = digits(&rest[length + 1 + sign..]);
            if exponent > 0 {
                length += 1 + sign + exponent;
            }
        }
        let text = &self.text[self.at..self.at + length];
        let is_plain = length <= SHORT_NUMBER && text.bytes().all(|byte| byte != b'e' && byte != b'E');
        self.begin_operand();
        match Number::parse(text) {
            Ok(number) if !is_plain => {
                let start = self.at;
                self.at += length;
                self.placeholder(start + self.offset..self.at + self.offset, Cut::Literal(Value::number(number)));
            }
            Ok(_) => self.emit(length),
            Err(_) => {
                return Err(Problem {
                    at: self.at + self.offset,
                    summary: "Invalid number",
                    detail: "The number is too large, or too close to zero, to be computed with.".to_owned(),
                });
            }
        }
        self.top.chain.last = Last::Operand;
        Ok(Some(()))
    }

    fn dot(&mut self) {
        if self.rest().starts_with("...") {
            if self.end_expression().is_some() {
                self.emit(3);
            } else {
                self.emit_rest();
            }
            return;
        }
        self.emit(1);
        self.top.chain.last = Last::Dot;
        if self.byte(0) == b'*' {
            self.emit(1);
            self.top.chain.last = Last::Operand;
        }
    }

    fn open(&mut self, byte: u8) -> Result<Sense, Problem> {
        let after_operand = self.top.chain.after_operand();
        let kind = match byte {
            b'(' if self.top.chain.last == Last::Name => Kind::Call,
            b'(' if !after_operand => Kind::Parenthesis,
            b'[' if after_operand => Kind::Index,
            b'[' => Kind::Tuple,
            b'{' if !after_operand => Kind::Object,
            _ => return Ok(None),
        };
        if !after_operand {
            self.begin_operand();
        }
        let start = if kind == Kind::Call {
            self.top.chain.operand
        } else {
            // Of an index only what is between the brackets can be cut out.
            self.out.text.len() + usize::from(kind == Kind::Index)
        };
        self.emit(1);
        self.push(kind, start)?;
        Ok(Some(()))
    }

    fn close(&mut self, byte: u8) -> Result<Sense, Problem> {
        if self.end_expression().is_none() || self.frames.is_empty() {
            return Ok(None);
        }
        let kind = self.top.kind;
        let fits = match byte {
            b')' => matches!(kind, Kind::Parenthesis | Kind::Call),
            b']' => matches!(kind, Kind::Tuple | Kind::Index),
            b'}' => matches!(kind, Kind::Object | Kind::Body | Kind::Interpolation | Kind::Directive(..)),
            _ => matches!(kind, Kind::Interpolation | Kind::Directive(..)),
        };
        if !fits {
            return Ok(None);
        }
        if let Kind::Directive(word, start) = kind {
            return self.end_directive(word, start);
        }
        let length = if byte == b'~' { 2 } else { 1 };
        if matches!(kind, Kind::Index | Kind::Interpolation | Kind::Body) {
            let sense = self.pop();
            self.emit(length);
            if kind == Kind::Index {
                self.top.chain.last = Last::Operand;
            }
            return Ok(sense);
        }
        self.emit(length);
        let sense = self.pop();
        self.top.chain.last = Last::Operand;
        Ok(sense)
    }

    fn symbol(&mut self, byte: u8, next: u8) -> Result<Sense, Problem> {
        let operator = match (byte, next) {
            (b'=', b'=') => Some((2, BinaryOperator::Equal)),
            (b'!', b'=') => Some((2, BinaryOperator::NotEqual)),
            (b'<', b'=') => Some((2, BinaryOperator::LessOrEqual)),
            (b'>', b'=') => Some((2, BinaryOperator::GreaterOrEqual)),
            (b'&', b'&') => Some((2, BinaryOperator::And)),
            (b'|', b'|') => Some((2, BinaryOperator::Or)),
            (b'<', _) => Some((1, BinaryOperator::Less)),
            (b'>', _) => Some((1, BinaryOperator::Greater)),
            (b'+', _) => Some((1, BinaryOperator::Add)),
            (b'-', _) => Some((1, BinaryOperator::Subtract)),
            (b'*', _) => Some((1, BinaryOperator::Multiply)),
            (b'/', _) => Some((1, BinaryOperator::Divide)),
            (b'%', _) => Some((1, BinaryOperator::Modulo)),
            _ => None,
        };
        if let (Some((length, operator)), true) = (operator, self.top.chain.after_operand()) {
            let at = self.out.text.len();
            let chain = &mut self.top.chain;
            chain.operators.push((at, length));
            chain.kinds.push(operator);
            chain.last = Last::Operator;
            self.emit(length);
            return Ok(Some(()));
        }
        match (byte, next) {
            (b'-' | b'!', _) => return self.unary(byte),
            // The splat operator `[*]`.
            (b'*', _) if self.top.kind == Kind::Index => {
                self.emit(1);
                self.top.chain.last = Last::Operand;
            }
            (b'=', b'>') => {
                let sense = self.end_expression();
                self.emit(2);
                return Ok(sense);
            }
            (b',' | b'=', _) => {
                let sense = self.end_expression();
                self.key(byte);
                self.emit(1);
                return Ok(sense);
            }
            (b'?', _) => {
                self.end_chain();
                self.emit(1);
                self.push(Kind::Then, self.out.text.len())?;
            }
            (b':', _) => return self.colon(),
            _ => return Ok(None),
        }
        Ok(Some(()))
    }

    fn colon(&mut self) -> Result<Sense, Problem> {
        self.end_chain();
        while self.top.kind == Kind::Otherwise {
            if self.pop().is_none() {
                return Ok(None);
            }
            self.end_chain();
        }
        if self.top.kind == Kind::Then {
            let sense = self.pop();
            self.emit(1);
            self.push(Kind::Otherwise, self.out.text.len())?;
            return Ok(sense);
        }
        self.key(b':');
        self.emit(1);
        Ok(Some(()))
    }

    fn unary(&mut self, byte: u8) -> Result<Sense, Problem> {
        let operator = if byte == b'-' { UnaryOperator::Negate } else { UnaryOperator::Not };
        if let Some((at, first)) = self.top.chain.unary {
            if self.out.put_operator(at, first, operator) > DEPTH_LIMIT {
                return Err(self.too_deep());
            }
            self.blank(1);
        } else {
            self.begin_operand();
            self.top.chain.unary = Some((self.out.text.len(), operator));
            self.top.chain.last = Last::Operator;
            self.emit(1);
        }
        Ok(Some(()))
    }

    /// Gives another name to a key of an object that is the same as one before, because the parser refuses that.
    fn key(&mut self, byte: u8) {
        if self.top.kind != Kind::Object || self.top.is_for {
            return;
        }
        if byte == b',' {
            self.top.assigned = false;
            self.top.item = None;
            return;
        }
        if std::mem::replace(&mut self.top.assigned, true) {
            return;
        }
        let Some(start) = self.top.item.take() else { return };
        let text = self.out.text[start..].trim();
        if text.is_empty() || self.top.keys.insert(text.to_owned()) {
            return;
        }
        self.cut_out(start, Cut::Expression);
    }
}

fn is_name_start(character: char) -> bool {
    character == '_' || unicode_ident::is_xid_start(character)
}

/// Returns how long the name at the beginning of a text is.
fn name_length(text: &str) -> usize {
    if !text.starts_with(is_name_start) {
        return 0;
    }
    text.find(|character: char| character != '-' && !unicode_ident::is_xid_continue(character)).unwrap_or(text.len())
}
