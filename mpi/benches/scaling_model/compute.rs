//! The time of a step on one rank, without communication, as a function of its rows.

/// Pairs of rows and seconds, sorted by rows.
#[derive(Clone, Debug)]
pub struct Compute(Vec<(f64, f64)>);

impl Compute {
    /// Takes at least two measured points.
    pub fn new(mut points: Vec<(f64, f64)>) -> Self {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        // More rows never take less time, but by a disturbance: what was measured for more is then
        // the better number.
        for index in (1..points.len()).rev() {
            points[index - 1].1 = points[index - 1].1.min(points[index].1);
        }
        Self(points)
    }

    /// Straight from one measured point to the next; beyond the last, each row as many as the last
    /// ones took on average; below the first, as much as there.
    pub fn seconds(&self, rows: f64) -> f64 {
        let [(first_rows, first), .., (last_rows, last)] = self.0[..] else { return f64::NAN };
        if rows <= first_rows {
            return first;
        }
        if rows >= last_rows {
            return last + (rows - last_rows) * (last - first) / (last_rows - first_rows);
        }
        let behind = self.0.partition_point(|point| point.0 <= rows);
        let ((rows0, seconds0), (rows1, seconds1)) = (self.0[behind - 1], self.0[behind]);
        seconds0 + (rows - rows0) / (rows1 - rows0) * (seconds1 - seconds0)
    }

    /// Returns the fewest rows that take this long.
    pub fn rows(&self, seconds: f64) -> f64 {
        let (mut low, mut high) = (1.0, 1.0);
        while self.seconds(high) < seconds {
            (low, high) = (high, 2.0 * high);
        }
        for _ in 0..60 {
            let middle = (low + high) / 2.0;
            if self.seconds(middle) < seconds { low = middle } else { high = middle }
        }
        high
    }

    /// Returns the most rows that were measured.
    pub fn most(&self) -> f64 {
        self.0.last().map_or(f64::NAN, |last| last.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compute() -> Compute {
        Compute::new(vec![(4.0, 3.0), (1.0, 2.0), (2.0, 2.5), (8.0, 9.0)])
    }

    #[test]
    fn straight_between_points_and_beyond() {
        let rows = [0.0, 1.0, 1.5, 3.0, 6.0, 8.0, 15.0];
        let seconds = rows.map(|rows| compute().seconds(rows));
        assert_eq!(seconds, [2.0, 2.0, 2.25, 2.75, 6.0, 9.0, 16.0]);
    }

    #[test]
    fn rows_are_what_takes_so_long() {
        for seconds in [2.25, 2.75, 6.0, 16.0, 1e6] {
            assert!((compute().seconds(compute().rows(seconds)) / seconds - 1.0).abs() < 1e-9);
        }
        assert_eq!(compute().rows(1.0), 1.0);
    }

    #[test]
    fn a_disturbed_point_is_no_slower_than_the_next() {
        let compute = Compute::new(vec![(1.0, 1.0), (2.0, 50.0), (4.0, 3.0)]);
        assert_eq!(compute.seconds(2.0), 3.0);
    }
}
