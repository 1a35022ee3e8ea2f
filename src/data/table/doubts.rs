//! What a column of numbers may be besides numbers.

use crate::data::cell::has_leading_zero;
use crate::error::Remedy;

/// In a table with at least this number of rows, a column may count them.
const ROWS_FOR_COUNT: usize = 50;

/// Numbers that often stand for a missing value.
const STAND_INS: [f64; 3] = [-999.0, -9_999.0, -99_999.0];

/// What the numbers of a column have shown so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Doubts {
    /// One more than the last number.
    next: Option<f64>,
    /// Whether a number is not one more than the number before.
    jumps: bool,
    /// Whether a number is written as codes are: in digits, with a zero in front.
    pub(super) codes: bool,
    /// How many numbers have a point.
    points: usize,
    /// How many of them have it where it may stand between thousands, as `7.116` does.
    pub(super) thousands: usize,
    /// Whether a number shows that points stand before decimals.
    decimals: bool,
}

impl Doubts {
    /// Sees a number. `cell` is how it is written, where that can raise a doubt.
    #[inline]
    pub(super) fn add(&mut self, number: f64, cell: Option<&[u8]>) {
        self.jumps |= self.next.is_some_and(|next| number != next);
        self.next = Some(number + 1.0);
        let Some(cell) = cell else { return };
        self.codes |= has_leading_zero(cell) && cell.iter().all(u8::is_ascii_digit);
        let point = cell.iter().position(|&byte| byte == b'.');
        self.points += usize::from(point.is_some());
        match point.map(|place| cell.len() - place) {
            Some(4) if (1.0..1000.0).contains(&number.abs()) => self.thousands += 1,
            None if number.abs() < 1000.0 => {}
            _ => self.decimals = true,
        }
    }

    /// Whether each point may stand between thousands.
    pub(super) fn may_be_grouped(&self) -> bool {
        self.points > 0 && !self.has_decimals()
    }

    /// Whether a point stands before decimals.
    pub(super) fn has_decimals(&self) -> bool {
        self.points > self.thousands
    }

    /// Whether three numbers or more may have points between thousands, and none shows that they
    /// have not.
    pub(super) fn may_have_thousands(&self) -> bool {
        self.thousands >= 3 && !self.decimals
    }

    /// What else these numbers may be, if there is a doubt. `rows` is the number of rows if each
    /// has a number and there are other columns for features. `may_be_thousands` tells whether
    /// points may stand between thousands in this file.
    pub(super) fn said(
        &self,
        [smallest, largest]: [f64; 2],
        rows: Option<usize>,
        may_be_thousands: bool,
    ) -> Option<String> {
        let counts = rows >= Some(ROWS_FOR_COUNT) && !self.jumps && [0.0, 1.0].contains(&smallest);
        let (doubt, remedy) = if counts {
            ("they only count the rows".to_owned(), Remedy::Without)
        } else if may_be_thousands {
            ("points may stand between thousands".to_owned(), Remedy::DecimalComma)
        } else if self.codes {
            ("some begin with 0, as codes do".to_owned(), Remedy::Category)
        } else if STAND_INS.contains(&smallest) && largest > -100.0 {
            (format!("{smallest} often stands for a missing value"), Remedy::MissingValues)
        } else {
            return None;
        };
        Some(format!("numbers, though {doubt} ({remedy})"))
    }
}
