//! Values of the Terraform language: typed, possibly null, unknown or marked.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use crate::marks::Marks;
use crate::number::Number;
use crate::path::{Path, PathStep};
use crate::refinement::Refinement;
use crate::set_order;
use crate::types::Type;

/// A value with its type and marks; cheap to clone.
///
/// Equality is structural: type, content and marks. It is not the `==` of the language, which has unknown results.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Value {
    ty: Type,
    content: Content,
    marks: Marks,
    extent: Extent,
}

/// How far a value goes, so that nobody has to walk one that is too large to find that out.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Extent {
    /// How many values are within each other in it, at most.
    depth: u32,
    /// How many values it consists of, those that occur several times counted as often.
    size: u32,
}

/// What a value holds.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Content {
    /// No value.
    Null,
    /// Not known before apply, with what is known about it nevertheless.
    Unknown(Option<Arc<Refinement>>),
    /// A `bool`.
    Bool(bool),
    /// A `number`.
    Number(Number),
    /// A `string`, in Unicode normalisation form C.
    String(Arc<str>),
    /// The elements of a list, a tuple or a set; of a set without duplicates and in its canonical order.
    Sequence(Arc<[Value]>),
    /// The elements of a map or the attributes of an object.
    Mapping(Arc<BTreeMap<Arc<str>, Value>>),
}

impl Value {
    /// Returns a null of the type.
    pub fn null(ty: Type) -> Self {
        Self { ty, content: Content::Null, marks: Marks::NONE, extent: Extent::ONE }
    }

    /// Returns an unknown value of the type, of which nothing else is known.
    pub fn unknown(ty: Type) -> Self {
        Self { ty, content: Content::Unknown(None), marks: Marks::NONE, extent: Extent::ONE }
    }

    /// Returns an unknown value of which something is known; a list of known length has unknown elements instead.
    pub fn refined(ty: Type, refinement: Refinement) -> Self {
        // cty says nothing about values whose type is unknown too: not even "not null" could be kept in a conversion.
        if let (Type::List(element), true, Some(length)) = (&ty, refinement.not_null, refinement.exact_length()) {
            return Self::list((**element).clone(), vec![Self::unknown((**element).clone()); length]);
        }
        let refinement = (!refinement.is_empty() && ty != Type::Dynamic).then(|| Arc::new(refinement));
        Self { ty, content: Content::Unknown(refinement), marks: Marks::NONE, extent: Extent::ONE }
    }

    /// Returns a `bool`.
    pub fn bool(value: bool) -> Self {
        Self { ty: Type::Bool, content: Content::Bool(value), marks: Marks::NONE, extent: Extent::ONE }
    }

    /// Returns a `number`.
    pub fn number(value: impl Into<Number>) -> Self {
        Self { ty: Type::Number, content: Content::Number(value.into()), marks: Marks::NONE, extent: Extent::ONE }
    }

    /// Returns a `string`, brought into Unicode normalisation form C as Terraform does.
    pub fn string(value: impl AsRef<str>) -> Self {
        let text = value.as_ref();
        let text: Arc<str> = if text.is_ascii() { text.into() } else { text.nfc().collect::<String>().into() };
        // A long text counts for as many values as would fill its memory.
        let size = u32::try_from(text.len() / 256).unwrap_or(u32::MAX).saturating_add(1);
        let extent = Extent { depth: 0, size };
        Self { ty: Type::String, content: Content::String(text), marks: Marks::NONE, extent }
    }

    /// Returns a `list(element)`; the elements must have that type.
    pub fn list(element: Type, elements: Vec<Self>) -> Self {
        let extent = Extent::around(&elements);
        Self { ty: Type::list(element), content: Content::Sequence(elements.into()), marks: Marks::NONE, extent }
    }

    /// Returns a `set(element)`: duplicates go, the order becomes the canonical one, marks of elements go to the set.
    pub fn set(element: Type, elements: Vec<Self>) -> Self {
        let mut marks = Marks::NONE;
        let mut plain = Vec::with_capacity(elements.len());
        for value in elements {
            marks |= value.deep_marks();
            plain.push(value.without_deep_marks());
        }
        let elements = set_order::canonical(plain);
        let extent = Extent::around(&elements);
        Self { ty: Type::set(element), content: Content::Sequence(elements.into()), marks, extent }
    }

    /// Returns a `map(element)`; the elements must have that type.
    pub fn map<K: Into<Arc<str>>>(element: Type, elements: impl IntoIterator<Item = (K, Self)>) -> Self {
        let elements: BTreeMap<Arc<str>, Self> = elements.into_iter().map(|(key, value)| (key.into(), value)).collect();
        let extent = Extent::around(elements.values());
        Self { ty: Type::map(element), content: Content::Mapping(Arc::new(elements)), marks: Marks::NONE, extent }
    }

    /// Returns a tuple of the values.
    pub fn tuple(elements: Vec<Self>) -> Self {
        let ty = Type::tuple(elements.iter().map(|value| value.ty.clone()));
        let extent = Extent::around(&elements);
        Self { ty, content: Content::Sequence(elements.into()), marks: Marks::NONE, extent }
    }

    /// Returns an object of the values.
    pub fn object<K: Into<Arc<str>>>(attributes: impl IntoIterator<Item = (K, Self)>) -> Self {
        let attributes: BTreeMap<Arc<str>, Self> =
            attributes.into_iter().map(|(name, value)| (name.into(), value)).collect();
        let ty = Type::object(attributes.iter().map(|(name, value)| (Arc::clone(name), value.ty.clone())));
        let extent = Extent::around(attributes.values());
        Self { ty, content: Content::Mapping(Arc::new(attributes)), marks: Marks::NONE, extent }
    }

    /// Returns a value of the same kind of type as `self` over other elements: how code that rewrites parts keeps the whole.
    ///
    /// The elements of lists, sets and maps must have one type; `self` must hold a sequence.
    #[must_use]
    pub fn with_elements(&self, elements: Vec<Self>) -> Self {
        let first = |fallback: &Type| elements.first().map_or_else(|| fallback.clone(), |value| value.ty.clone());
        let rebuilt = if let Type::List(element) = &self.ty {
            Self::list(first(element), elements)
        } else if let Type::Set(element) = &self.ty {
            Self::set(first(element), elements)
        } else {
            Self::tuple(elements)
        };
        rebuilt.with_marks(self.marks)
    }

    /// Returns a map or object like `self` over other elements; `self` must hold a mapping.
    #[must_use]
    pub fn with_mapping(&self, elements: BTreeMap<Arc<str>, Self>) -> Self {
        let rebuilt = if let Type::Map(element) = &self.ty {
            let element = elements.values().next().map_or_else(|| (**element).clone(), |value| value.ty.clone());
            Self::map(element, elements)
        } else {
            Self::object(elements)
        };
        rebuilt.with_marks(self.marks)
    }

    /// Returns how many values are within each other in it, at most: 0 for a string, 1 for a list of strings.
    pub fn depth(&self) -> u32 {
        self.extent.depth
    }

    /// Returns how many values it consists of, itself included; those that occur several times count as often.
    pub fn size(&self) -> u32 {
        self.extent.size
    }

    /// Returns the type.
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// Returns what the value holds.
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// Returns the marks of the value itself, not of its parts.
    pub fn marks(&self) -> Marks {
        self.marks
    }

    /// Tells whether the value is null.
    pub fn is_null(&self) -> bool {
        matches!(self.content, Content::Null)
    }

    /// Tells whether the value itself is known; parts of it may be unknown. Null is known.
    pub fn is_known(&self) -> bool {
        !matches!(self.content, Content::Unknown(_))
    }

    /// Tells whether the value and all of its parts are known.
    pub fn is_wholly_known(&self) -> bool {
        match &self.content {
            Content::Unknown(_) => false,
            Content::Sequence(elements) => elements.iter().all(Self::is_wholly_known),
            Content::Mapping(elements) => elements.values().all(Self::is_wholly_known),
            Content::Null | Content::Bool(_) | Content::Number(_) | Content::String(_) => true,
        }
    }

    /// Tells whether the value is known not to be null, also where it is unknown otherwise.
    pub fn is_definitely_not_null(&self) -> bool {
        match &self.content {
            Content::Null => false,
            Content::Unknown(refinement) => refinement.as_ref().is_some_and(|known| known.not_null),
            Content::Bool(_) | Content::Number(_) | Content::String(_) | Content::Sequence(_) | Content::Mapping(_) => {
                true
            }
        }
    }

    /// Returns what is known about the value if it is unknown.
    pub fn refinement(&self) -> Option<&Refinement> {
        if let Content::Unknown(refinement) = &self.content { refinement.as_deref() } else { None }
    }

    /// Returns the text of a known string.
    pub fn as_str(&self) -> Option<&str> {
        if let Content::String(text) = &self.content { Some(text) } else { None }
    }

    /// Returns the known bool.
    pub fn as_bool(&self) -> Option<bool> {
        if let Content::Bool(value) = self.content { Some(value) } else { None }
    }

    /// Returns the known number.
    pub fn as_number(&self) -> Option<&Number> {
        if let Content::Number(number) = &self.content { Some(number) } else { None }
    }

    /// Returns the elements of a known list, set or tuple.
    pub fn elements(&self) -> Option<&[Self]> {
        if let Content::Sequence(elements) = &self.content { Some(elements) } else { None }
    }

    /// Returns the elements of a known map or the attributes of a known object.
    pub fn mapping(&self) -> Option<&BTreeMap<Arc<str>, Self>> {
        if let Content::Mapping(elements) = &self.content { Some(elements) } else { None }
    }

    /// Returns an attribute of a known object or an element of a known map, with the marks of the whole added.
    pub fn get(&self, name: &str) -> Option<Self> {
        self.mapping()?.get(name).map(|value| value.clone().with_marks(self.marks))
    }

    /// Returns a known object or map in which one entry is another.
    #[must_use]
    pub fn with_attribute(&self, name: &str, value: Self) -> Self {
        let mut elements = self.mapping().cloned().unwrap_or_default();
        elements.insert(name.into(), value);
        self.with_mapping(elements)
    }

    /// Returns the value with marks added.
    #[must_use]
    pub fn with_marks(mut self, marks: Marks) -> Self {
        self.marks |= marks;
        self
    }

    /// Returns the value marked as sensitive.
    #[must_use]
    pub fn sensitive(self) -> Self {
        self.with_marks(Marks::SENSITIVE)
    }

    /// Tells whether the value itself is marked as sensitive.
    pub fn is_sensitive(&self) -> bool {
        self.marks.contains(Marks::SENSITIVE)
    }

    /// Splits off the marks of the value itself; parts keep theirs.
    pub fn unmark(mut self) -> (Self, Marks) {
        let marks = std::mem::take(&mut self.marks);
        (self, marks)
    }

    /// Returns the marks of the value and all of its parts.
    pub fn deep_marks(&self) -> Marks {
        let inner = match &self.content {
            Content::Sequence(elements) => elements.iter().fold(Marks::NONE, |all, value| all | value.deep_marks()),
            Content::Mapping(elements) => elements.values().fold(Marks::NONE, |all, value| all | value.deep_marks()),
            Content::Null | Content::Unknown(_) | Content::Bool(_) | Content::Number(_) | Content::String(_) => {
                Marks::NONE
            }
        };
        inner | self.marks
    }

    /// Returns the value with no marks on it or on any part.
    #[must_use]
    pub fn without_deep_marks(&self) -> Self {
        if self.deep_marks().is_empty() {
            return self.clone();
        }
        let content = match &self.content {
            Content::Sequence(elements) => Content::Sequence(elements.iter().map(Self::without_deep_marks).collect()),
            Content::Mapping(elements) => Content::Mapping(Arc::new(
                elements.iter().map(|(key, value)| (Arc::clone(key), value.without_deep_marks())).collect(),
            )),
            Content::Null | Content::Unknown(_) | Content::Bool(_) | Content::Number(_) | Content::String(_) => {
                self.content.clone()
            }
        };
        Self { ty: self.ty.clone(), content, marks: Marks::NONE, extent: self.extent }
    }

    /// Returns the value without marks, and where which marks were.
    pub fn unmark_deep(&self) -> (Self, Vec<(Path, Marks)>) {
        let mut found = Vec::new();
        self.walk(&mut |path, value| {
            if !value.marks.is_empty() {
                found.push((path.clone(), value.marks));
            }
        });
        (self.without_deep_marks(), found)
    }

    /// Returns the value with marks put on parts of it; a path into a set marks the set, one that leads nowhere is passed over.
    #[must_use]
    pub fn mark_at(&self, marked: &[(Path, Marks)]) -> Self {
        if marked.is_empty() {
            return self.clone();
        }
        self.transform(&mut |path, value| {
            let marks = marked
                .iter()
                .filter(|(at, _)| at == path || (matches!(value.ty, Type::Set(_)) && at.starts_with(path)));
            let marks = marks.fold(Marks::NONE, |all, (_, marks)| all | *marks);
            value.with_marks(marks)
        })
    }

    /// Calls `visit` for the value and then for every part of it.
    pub fn walk(&self, visit: &mut impl FnMut(&Path, &Self)) {
        self.walk_from(&mut Path::root(), visit);
    }

    fn walk_from(&self, path: &mut Path, visit: &mut impl FnMut(&Path, &Self)) {
        visit(path, self);
        for (step, part) in self.parts() {
            path.0.push(step);
            part.walk_from(path, visit);
            path.0.pop();
        }
    }

    /// Returns the direct parts of a known value with the steps to them.
    pub fn parts(&self) -> Vec<(PathStep, &Self)> {
        match &self.content {
            Content::Sequence(elements) if matches!(self.ty, Type::Set(_)) => {
                elements.iter().map(|value| (PathStep::Index(value.clone()), value)).collect()
            }
            Content::Sequence(elements) => {
                let numbered = elements.iter().enumerate();
                numbered.map(|(index, value)| (PathStep::Index(Self::number(index)), value)).collect()
            }
            Content::Mapping(elements) => {
                let is_map = matches!(self.ty, Type::Map(_));
                let step = |name: &Arc<str>| {
                    if is_map { PathStep::Index(Self::string(name)) } else { PathStep::Attribute(Arc::clone(name)) }
                };
                elements.iter().map(|(name, value)| (step(name), value)).collect()
            }
            Content::Null | Content::Unknown(_) | Content::Bool(_) | Content::Number(_) | Content::String(_) => {
                Vec::new()
            }
        }
    }

    /// Returns the value with every part replaced by what `change` makes of it, innermost first.
    ///
    /// `change` must keep the type of the elements of lists, sets and maps the same over all elements.
    #[must_use]
    pub fn transform(&self, change: &mut impl FnMut(&Path, Self) -> Self) -> Self {
        self.transform_from(&mut Path::root(), change)
    }

    fn transform_from(&self, path: &mut Path, change: &mut impl FnMut(&Path, Self) -> Self) -> Self {
        let mut inner = |step: PathStep, part: &Self| {
            path.0.push(step);
            let changed = part.transform_from(path, change);
            path.0.pop();
            changed
        };
        let rebuilt = match &self.content {
            Content::Sequence(_) => {
                self.with_elements(self.parts().into_iter().map(|(step, part)| inner(step, part)).collect())
            }
            Content::Mapping(elements) => {
                let changed: Vec<Self> = self.parts().into_iter().map(|(step, part)| inner(step, part)).collect();
                self.with_mapping(elements.keys().cloned().zip(changed).collect())
            }
            Content::Null | Content::Unknown(_) | Content::Bool(_) | Content::Number(_) | Content::String(_) => {
                self.clone()
            }
        };
        change(path, rebuilt)
    }

    /// Returns the part at the path, with the marks of everything around it; `None` where the path leads nowhere.
    pub fn at(&self, path: &Path) -> Option<Self> {
        let mut current = self.clone();
        for step in &path.0 {
            let marks = current.marks;
            let part =
                current.parts().into_iter().find(|(candidate, _)| candidate == step).map(|(_, part)| part.clone());
            current = part?.with_marks(marks);
        }
        Some(current)
    }

    /// Tells whether this is null, "", 0, false or an empty collection: what the older provider SDK cannot tell from "not set".
    pub fn is_zero(&self) -> bool {
        match &self.content {
            Content::Null => true,
            Content::Unknown(_) => false,
            Content::Bool(value) => !value,
            Content::Number(number) => number.is_zero(),
            Content::String(text) => text.is_empty(),
            Content::Sequence(elements) => elements.is_empty(),
            Content::Mapping(elements) => elements.is_empty(),
        }
    }
}

impl Extent {
    const ONE: Self = Self { depth: 0, size: 1 };

    fn around<'v>(parts: impl IntoIterator<Item = &'v Value>) -> Self {
        parts.into_iter().fold(Self { depth: 1, size: 1 }, |whole, part| Self {
            depth: whole.depth.max(part.extent.depth + 1),
            size: whole.size.saturating_add(part.extent.size),
        })
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::string(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::string(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::number(value)
    }
}

/// Shows the value for tests and bug reports; never one that is marked as sensitive.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_sensitive() {
            return f.write_str("(sensitive value)");
        }
        if self.marks.contains(Marks::EPHEMERAL) {
            return f.write_str("(ephemeral value)");
        }
        match &self.content {
            Content::Null => write!(f, "null({})", self.ty),
            Content::Unknown(None) => write!(f, "unknown({})", self.ty),
            Content::Unknown(Some(refinement)) => write!(f, "unknown({}, {refinement:?})", self.ty),
            Content::Bool(value) => write!(f, "{value}"),
            Content::Number(number) => write!(f, "{number}"),
            Content::String(text) => write!(f, "{text:?}"),
            Content::Sequence(elements) => {
                if matches!(self.ty, Type::List(_)) {
                    f.write_str("list")?;
                } else if matches!(self.ty, Type::Set(_)) {
                    f.write_str("set")?;
                }
                f.debug_list().entries(elements.iter()).finish()
            }
            Content::Mapping(elements) => {
                if matches!(self.ty, Type::Map(_)) {
                    f.write_str("map")?;
                }
                f.debug_map().entries(elements.iter()).finish()
            }
        }
    }
}
