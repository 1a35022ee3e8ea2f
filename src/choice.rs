//! What is chosen by name, as text: a name, and its settings in brackets behind it.

use crate::error::{Error, Result};
use std::{fmt, str::FromStr};

/// A setting that is read from text and written as text.
pub(crate) trait Setting: fmt::Display {
    /// Whether the text is a value.
    fn read(&mut self, text: &str) -> bool;
}

impl<T: FromStr + fmt::Display> Setting for T {
    fn read(&mut self, text: &str) -> bool {
        text.parse().map(|value| *self = value).is_ok()
    }
}

/// Settings and their names.
pub(crate) type NamedSettings<'s> = Vec<(&'static str, &'s mut dyn Setting)>;

/// A name and what stands in brackets behind it.
pub(crate) fn split(text: &str) -> Option<(&str, &str)> {
    text.strip_suffix(')')?.split_once('(')
}

/// The name alone.
pub(crate) fn name(text: &str) -> &str {
    split(text).map_or(text, |(name, _)| name)
}

pub(crate) fn error(kind: &'static str, text: &str, reason: String) -> Error {
    Error::Choice { kind, text: text.to_owned(), reason }
}

/// The error for a name that is none of these.
pub(crate) fn unknown(kind: &'static str, text: &str, names: &[&str]) -> Error {
    error(kind, text, format!("choose one of {}", names.join(", ")))
}

/// Reads the settings in brackets: `name=value`, or a value alone for the next setting in order.
/// The first `required` of them must be there.
pub(crate) fn read(
    kind: &'static str,
    text: &str,
    mut settings: NamedSettings<'_>,
    required: usize,
) -> Result<()> {
    let error = |reason| error(kind, text, reason);
    let names: Vec<_> = settings.iter().map(|setting| setting.0).collect();
    let parts = split(text).into_iter().flat_map(|(_, inside)| inside.split(','));
    for part in parts.map(str::trim) {
        let (name, value) = match part.split_once('=') {
            Some((name, value)) => (Some(name.trim()), value.trim()),
            None => (None, part),
        };
        let place = settings.iter().position(|setting| name.is_none_or(|name| name == setting.0));
        let place = place.ok_or_else(|| match &names[..] {
            [] => error("it has no settings".to_owned()),
            names => error(format!("its settings are {}, each at most once", names.join(", "))),
        })?;
        let (name, setting) = settings.remove(place);
        if !setting.read(value) {
            return Err(error(format!("{name} cannot be {value:?}")));
        }
    }
    let missing = settings.iter().find(|left| names[..required].contains(&left.0));
    missing.map_or(Ok(()), |(name, _)| Err(error(format!("{name} is missing"))))
}

/// Writes what [`read`] reads: the first `unnamed` settings by their values alone, and those of
/// the others that differ from the defaults.
pub(crate) fn write(
    formatter: &mut fmt::Formatter<'_>,
    name: &str,
    settings: NamedSettings<'_>,
    defaults: NamedSettings<'_>,
    unnamed: usize,
) -> fmt::Result {
    let parts = settings.iter().zip(defaults).enumerate();
    let parts = parts.filter_map(|(place, ((name, setting), (_, default)))| {
        let text = setting.to_string();
        let changed = text != default.to_string();
        if place < unnamed { Some(text) } else { changed.then(|| format!("{name}={text}")) }
    });
    let parts = parts.collect::<Vec<_>>().join(", ");
    if parts.is_empty() { formatter.write_str(name) } else { write!(formatter, "{name}({parts})") }
}

/// `FromStr` for a boxed trait object and `Display` for each type that is built in: for each its
/// name, its defaults, and the settings with their fields, the first of which is always written.
macro_rules! chosen_by_name {
    ($kind:literal, $trait:ident {
        $($name:literal: $type:ident = $default:expr, [$($setting:ident: $($field:tt).+),*];)*
    }) => {
        impl<F: Float> std::str::FromStr for Box<dyn $trait<F>> {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                match $crate::choice::name(text) {
                    $($name => {
                        let mut chosen = $default;
                        $crate::choice::read($kind, text, chosen.settings(), 0)?;
                        Ok(Box::new(chosen))
                    })*
                    _ => Err($crate::choice::unknown($kind, text, &[$($name),*])),
                }
            }
        }

        $(impl $type {
            fn settings(&mut self) -> $crate::choice::NamedSettings<'_> {
                vec![$((stringify!($setting), &mut self.$($field).+)),*]
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let (mut chosen, mut default) = (*self, $default);
                $crate::choice::write(formatter, $name, chosen.settings(), default.settings(), 1)
            }
        })*
    };
}

pub(crate) use chosen_by_name;
