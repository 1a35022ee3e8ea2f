//! Finds out what separates the cells of a CSV file and its lines.

use super::format::{CsvFormat, Header};
use super::parser::{CsvParser, Dialect, Record};
use crate::error::{Error, Result, check::Range};

/// In the order in which they are preferred.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// What a separator is.
const SEPARATOR: Range =
    ("a character of ASCII other than a quotation mark or the end of a line", |byte| {
        byte < 128.0 && b"\"\r\n".iter().all(|&other| byte != f64::from(other))
    });

/// The start of a file shows what separates its cells.
pub(super) const SAMPLE_BYTES: u64 = 1 << 16;

impl Dialect {
    /// The dialect that the start of a file shows, unless the format names the separator.
    pub(super) fn of(sample: &[u8], file: &str, format: &CsvFormat) -> Result<Self> {
        let line_end = if sample.contains(&b'\n') { b'\n' } else { b'\r' };
        let mut lines =
            sample.splitn(format.skip_lines.saturating_add(1), |&byte| byte == line_end);
        let below = lines.nth(format.skip_lines).unwrap_or_default();
        let named = named_separator(below, line_end);
        let separator = match (format.separator, named) {
            (Some(separator), _) | (None, Some(separator)) => separator,
            (None, None) => {
                let is_cut_off = sample.len() as u64 == SAMPLE_BYTES;
                consistent(below, line_end, is_cut_off, file)?
            }
        };
        Error::check_range("separator, as a byte,", separator.into(), SEPARATOR)?;
        let has_header = format.header != Header::Absent;
        let skipped = format.skip_lines.saturating_add(usize::from(named.is_some()));
        Ok(Self { separator, line_end, skipped, has_header })
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

/// The separator with which all rows have as many cells as the header; of several, the one with
/// which the header has the most.
fn consistent(sample: &[u8], line_end: u8, is_cut_off: bool, file: &str) -> Result<u8> {
    let mut best = (b',', (false, 1));
    for separator in SEPARATORS {
        let dialect = Dialect { separator, line_end, skipped: 0, has_header: true };
        let mut parser = CsvParser::new(Box::new(sample), file, dialect)?;
        let (mut record, mut rows) = (Record::default(), Vec::new());
        // With another separator, text may stand behind quotation marks.
        let is_well_formed = loop {
            match parser.next(&mut record) {
                Ok(true) => rows.push(record.len()),
                Ok(false) => break true,
                Err(_) => break false,
            }
        };
        if is_cut_off && is_well_formed {
            rows.pop();
        }
        let Some((&header, rows)) = rows.split_first() else { continue };
        let score = (is_well_formed && rows.iter().all(|&cells| cells == header), header);
        if header > 1 && (score > best.1 || best.1.1 == 1) {
            best = (separator, score);
        }
    }
    Ok(best.0)
}
