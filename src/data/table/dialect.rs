//! What separates the cells of a CSV file and its lines.

use super::format::CsvFormat;

/// What separates cells and lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) separator: u8,
    /// `\n`, or `\r` in files without one.
    pub(super) line_end: u8,
    /// Whether the first line only names the separator.
    pub(super) named: bool,
}

/// In the order in which they are preferred.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The start of a file shows what separates its cells.
pub(super) const SAMPLE_BYTES: u64 = 1 << 16;

impl Dialect {
    /// The dialect that the start of a file shows, unless the format names the separator.
    pub(super) fn of(sample: &[u8], format: &CsvFormat) -> Self {
        let whole = (sample.len() as u64) < SAMPLE_BYTES;
        let line_end = if sample.contains(&b'\n') { b'\n' } else { b'\r' };
        let named = named_separator(sample, line_end);
        let separator = match (format.separator, named) {
            (Some(separator), _) | (None, Some(separator)) => separator,
            (None, None) => consistent(sample, line_end, whole),
        };
        Self { separator, line_end, named: named.is_some() }
    }
}

/// The separator in a first line such as `sep=;`.
fn named_separator(sample: &[u8], line_end: u8) -> Option<u8> {
    let line = sample.split(|&byte| byte == line_end).next()?.trim_ascii_end();
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [s, e, p, b'=', separator] if [*s, *e, *p].eq_ignore_ascii_case(b"sep") => Some(*separator),
        // A tab at the end was taken for white space.
        [s, e, p, b'='] if [*s, *e, *p].eq_ignore_ascii_case(b"sep") => Some(b'\t'),
        _ => None,
    }
}

/// The separator that gives each row as many cells as the header, and the header the most.
fn consistent(sample: &[u8], line_end: u8, whole: bool) -> u8 {
    let mut best = (b',', (false, 1));
    for separator in SEPARATORS {
        let mut rows = cells(sample, separator, line_end);
        if !whole {
            // The last row is cut off.
            rows.pop();
        }
        let Some((&header, rows)) = rows.split_first() else { continue };
        let score = (rows.iter().all(|&cells| cells == header), header);
        if header > 1 && (score > best.1 || best.1.1 == 1) {
            best = (separator, score);
        }
    }
    best.0
}

/// The number of cells of each row that is not blank.
fn cells(sample: &[u8], separator: u8, line_end: u8) -> Vec<usize> {
    let (mut rows, mut cells, mut quotes, mut blank) = (Vec::new(), 1, Quotes::default(), true);
    for &byte in sample {
        quotes.pass(byte, separator, line_end);
        if quotes != Quotes::Inside && byte == line_end {
            if !blank {
                rows.push(cells);
            }
            (cells, blank) = (1, true);
            continue;
        }
        cells += usize::from(quotes != Quotes::Inside && byte == separator);
        blank &= byte == b'\r';
    }
    if !blank {
        rows.push(cells);
    }
    rows
}

/// Where quotation marks begin and end cells, byte by byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Quotes {
    /// Only blanks since the cell began.
    #[default]
    Before,
    Inside,
    /// Behind a quotation mark that ends the cell, unless another one follows.
    Closed,
    /// In a cell without quotation marks around it.
    Without,
}

impl Quotes {
    pub(super) fn pass(&mut self, byte: u8, separator: u8, line_end: u8) {
        *self = match (*self, byte) {
            (Self::Inside, b'"') => Self::Closed,
            (Self::Inside, _) | (Self::Before | Self::Closed, b'"') => Self::Inside,
            (_, byte) if byte == separator || byte == line_end => Self::Before,
            (Self::Before, b' ') => Self::Before,
            _ => Self::Without,
        };
    }
}
