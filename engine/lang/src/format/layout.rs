//! The spaces before tokens: at the start of a line, between two tokens, and where columns stand below each other.

use super::token::{Kind, Token};

/// Columns that each level of brackets adds.
const INDENTATION: usize = 2;

/// Sets the spaces before all tokens.
pub(super) fn lay_out(tokens: &mut [Token<'_>]) {
    let lines = lines(tokens);
    let mut open = OpenBrackets::default();
    for line in &lines {
        indent(&mut tokens[line.start..line.end], &mut open);
        space(&mut tokens[line.start..line.end]);
    }
    align(tokens, &lines, |line| line.assign);
    align(tokens, &lines, |line| line.comment);
}

/// A stretch of tokens that ends with a line break; heredocs and long comments have some inside.
#[derive(Debug)]
struct Line {
    start: usize,
    end: usize,
    /// Where the `=` of a value stands that ends in the line.
    assign: Option<usize>,
    /// Where the comment at the end of the line stands, after something else.
    comment: Option<usize>,
}

fn lines(tokens: &[Token<'_>]) -> Vec<Line> {
    let mut start = 0;
    let lines = tokens.split_inclusive(Token::ends_line).map(|line| {
        let from = start;
        start += line.len();
        let last = line.len() - 1;
        let comment = (last > 0 && line[last].kind == Kind::Comment).then_some(last);
        let before_comment = &line[..comment.unwrap_or(line.len())];
        let assign = before_comment.iter().skip(1).position(|token| token.kind == Kind::Assign).map(|at| at + 1);
        let assign = assign.filter(|at| depth(&before_comment[*at..]) == 0);
        Line { start: from, end: start, assign: assign.map(|at| from + at), comment: comment.map(|at| from + at) }
    });
    lines.collect()
}

/// Returns how many more brackets are opened than closed.
fn depth(tokens: &[Token<'_>]) -> i32 {
    tokens.iter().map(|token| token.kind.depth()).sum()
}

/// The lines that have opened brackets which are still open: of each, how many.
#[derive(Default)]
struct OpenBrackets(Vec<i32>);

impl OpenBrackets {
    fn close(&mut self, mut count: i32) {
        while count > 0
            && let Some(innermost) = self.0.last_mut()
        {
            let closed = count.min(*innermost);
            *innermost -= closed;
            count -= closed;
            if *innermost == 0 {
                self.0.pop();
            }
        }
    }
}

/// Moves a line to the column of the brackets that are open around it, however many of them one line has opened.
fn indent(line: &mut [Token<'_>], open: &mut OpenBrackets) {
    // What a heredoc leaves open in the line of its opening is not counted.
    let heredoc = line.iter().position(|token| token.kind == Kind::HeredocOpen).unwrap_or(line.len());
    let change = depth(&line[..heredoc]);
    open.close(-change);
    line[0].spaces = if line[0].kind == Kind::Newline { 0 } else { INDENTATION * open.0.len() };
    if change > 0 {
        open.0.push(change);
    }
}

/// Sets the spaces between the tokens of a line.
fn space(line: &mut [Token<'_>]) {
    for at in 1..line.len() {
        let before = at.checked_sub(2).map(|before| line[before].kind);
        line[at].spaces = usize::from(is_apart(before, &line[at - 1], &line[at]));
    }
}

/// Tells whether a space stands between two tokens, given what is before them in the line.
fn is_apart(before: Option<Kind>, left: &Token<'_>, right: &Token<'_>) -> bool {
    use Kind::{
        BraceClose, BraceOpen, BracketClose, BracketOpen, Comma, Dot, Ellipsis, HeredocClose, HeredocOpen, Literal,
        Minus, Newline, Not, Number, ParenthesisClose, ParenthesisOpen, QuoteClose, QuoteOpen, Scope, TemplateClose,
        TemplateOpen, Word,
    };
    match (left.kind, right.kind) {
        // Ends of lines, separators, and what holds names together.
        (_, Newline | Dot | Comma | Ellipsis) | (Dot, _) | (Word, ParenthesisOpen | Scope) | (Scope, Word) => false,
        (Comma, _) => true,
        // The collection of a `for` may be a tuple: it is no index of the keyword.
        (Word, BracketOpen) if left.text == "in" && before == Some(Word) => true,
        // The text of templates, indexes, and brackets with nothing in between.
        (QuoteOpen | HeredocOpen | Literal | Not, _)
        | (_, QuoteClose | HeredocClose | Literal)
        | (Word | Number | BraceClose | BracketClose | ParenthesisClose | TemplateClose, BracketOpen)
        | (BraceOpen, BraceClose)
        | (TemplateClose, TemplateOpen) => false,
        (Minus, _) => !before.is_none_or(is_before_sign),
        // Braces stand apart from what is inside of them, other brackets do not.
        (BraceOpen, _) | (_, BraceClose) | (TemplateOpen, BraceOpen) | (BraceClose, TemplateClose) => true,
        (TemplateOpen | BracketOpen | ParenthesisOpen, _) | (_, TemplateClose | BracketClose | ParenthesisClose) => {
            false
        }
        _ => true,
    }
}

/// Tells whether a minus after it is taken for a sign. That one after `=>`, `if` or `in` is not is how Terraform does it.
fn is_before_sign(kind: Kind) -> bool {
    use Kind::{Assign, BraceOpen, BracketOpen, Comma, Minus, Not, Operator, ParenthesisOpen};
    matches!(kind, ParenthesisOpen | BraceOpen | BracketOpen | Assign | Comma | Operator | Minus | Not)
}

/// Puts parts of lines that follow each other directly into one column.
fn align(tokens: &mut [Token<'_>], lines: &[Line], part: impl Fn(&Line) -> Option<usize>) {
    for run in lines.chunk_by(|one, next| part(one).is_some() == part(next).is_some()) {
        let widths = run.iter().filter_map(|line| {
            let at = part(line)?;
            Some((at, tokens[line.start..at].iter().map(Token::columns).sum::<usize>()))
        });
        let widths: Vec<(usize, usize)> = widths.collect();
        let widest = widths.iter().map(|(_, width)| *width).max().unwrap_or(0);
        for (at, width) in widths {
            tokens[at].spaces = widest - width + 1;
        }
    }
}
