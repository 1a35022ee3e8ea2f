//! The receiver operating characteristic: how many negative rows must be taken for positive ones to
//! find how many of the positive ones.

/// The shares of negative and of positive rows with a prediction of at least each threshold, from
/// (0, 0) to (1, 1); none unless there are rows of both kinds.
///
/// Rows with equal predictions come together: the line between two points is then what guessing
/// among them would give, and the area below all of it is the probability that a positive row has
/// the larger prediction, where equal ones count one half. Points amid a line are left out.
pub fn roc_points(rows: impl Iterator<Item = (f64, bool)>) -> Option<Vec<(f64, f64)>> {
    let mut rows: Vec<(f64, bool)> = rows.collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let positives = rows.iter().filter(|row| row.1).count();
    let negatives = rows.len() - positives;
    if positives == 0 || negatives == 0 {
        return None;
    }
    let mut counts = vec![(0, 0)];
    for equal in rows.chunk_by(|a, b| a.0 == b.0) {
        let (x, y) = counts[counts.len() - 1];
        let found = equal.iter().filter(|row| row.1).count();
        let next = (x + equal.len() - found, y + found);
        if let [.., before, last] = counts[..]
            && is_on_line(before, last, next)
        {
            counts.pop();
        }
        counts.push(next);
    }
    let shares =
        counts.into_iter().map(|(x, y)| (x as f64 / negatives as f64, y as f64 / positives as f64));
    Some(shares.collect())
}

/// Whether the second of three points, each beyond the one before, is on the line between the
/// others.
fn is_on_line(first: (usize, usize), second: (usize, usize), third: (usize, usize)) -> bool {
    let rise = |from: (usize, usize), to: (usize, usize)| {
        ((to.0 - from.0) as u128, (to.1 - from.1) as u128)
    };
    let (one, other) = (rise(first, second), rise(second, third));
    one.0 * other.1 == one.1 * other.0
}
