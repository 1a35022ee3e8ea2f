//! Covers the region in which a function of the plane is large with few polygons.

/// Numbers at the points of a grid, rows from top to bottom.
pub type Grid = ndarray::Array2<f32>;

/// Polygons, in columns and rows of the grid, that together cover where the numbers are at least
/// this; between the points of the grid, where they pass it in a straight line, and half a column
/// and row beyond them.
///
/// Along each row, what is covered is a number of runs. A run that meets one run of the next row,
/// and no other, goes on in it: the polygon leads through their ends. Whatever branches begins
/// anew, in the middle between the rows. That takes a tenth of the characters of an SVG file that
/// little squares would take, and has smooth edges.
pub fn superlevel(grid: &Grid, level: f32) -> Vec<Vec<(f64, f64)>> {
    let mut finished = Vec::new();
    let mut open: Vec<Strip> = Vec::new();
    for (row, numbers) in grid.rows().into_iter().enumerate() {
        let runs = runs(&numbers.to_vec(), level);
        let mut next = Vec::new();
        for run in &runs {
            let met: Vec<usize> =
                (0..open.len()).filter(|&index| open[index].end().overlaps(run)).collect();
            let alone =
                |strip: &Strip| runs.iter().filter(|run| strip.end().overlaps(run)).count() == 1;
            match met[..] {
                [index] if alone(&open[index]) => {
                    let mut strip = open.swap_remove(index);
                    strip.runs.push(*run);
                    next.push(strip);
                }
                _ => next.push(Strip { first_row: row, runs: vec![*run] }),
            }
        }
        finished.append(&mut open);
        open = next;
    }
    finished.append(&mut open);
    finished.iter().map(|strip| strip.outline(grid, level)).collect()
}

/// The ends of a run in a row, in columns.
#[derive(Clone, Copy)]
struct Run {
    from: f64,
    to: f64,
}

impl Run {
    fn overlaps(&self, other: &Run) -> bool {
        self.from <= other.to && other.from <= self.to
    }

    /// How far what is covered in this row reaches towards the next or the one before, from left to
    /// right: to where the level is passed, or half the way if it is not.
    fn cap(&self, grid: &Grid, row: usize, down: bool, level: f32) -> Vec<(f64, f64)> {
        let side = if down { 1.0 } else { -1.0 };
        let beyond = if down { row + 1 } else { row.wrapping_sub(1) };
        let columns = self.from.ceil() as usize..=self.to.floor() as usize;
        let reach = |column: usize| match grid.get((beyond, column)) {
            None => 0.5,
            Some(&number) if number < level => {
                let here = grid[(row, column)];
                f64::from((here - level) / (here - number))
            }
            // A little into what goes on there: no line of the ground shines through between two
            // polygons.
            Some(_) => 0.6,
        };
        let at = |column: usize| row as f64 + side * reach(column);
        let mut points: Vec<_> = columns.map(|column| (column as f64, at(column))).collect();
        // At the edge of the grid, half a column more.
        if self.from < 0.0 {
            points.insert(0, (self.from, at(0)));
        }
        if self.to > (grid.ncols() - 1) as f64 {
            points.push((self.to, at(grid.ncols() - 1)));
        }
        points
    }
}

/// The runs of consecutive rows that make one polygon.
struct Strip {
    first_row: usize,
    runs: Vec<Run>,
}

impl Strip {
    fn end(&self) -> Run {
        self.runs[self.runs.len() - 1]
    }

    fn outline(&self, grid: &Grid, level: f32) -> Vec<(f64, f64)> {
        let last_row = self.first_row + self.runs.len() - 1;
        let rows = (self.first_row..last_row + 1).zip(&self.runs);
        let right = rows.clone().map(|(row, run)| (run.to, row as f64));
        let left = rows.map(|(row, run)| (run.from, row as f64));
        let mut outline = self.runs[0].cap(grid, self.first_row, false, level);
        outline.extend(right);
        outline.extend(self.end().cap(grid, last_row, true, level).into_iter().rev());
        outline.extend(left.rev());
        straightened(outline)
    }
}

/// Returns the runs of a row in which the numbers are at least `level`, with half a column beyond
/// its ends.
fn runs(numbers: &[f32], level: f32) -> Vec<Run> {
    let passed = |column: usize| {
        let (before, behind) = (numbers[column - 1], numbers[column]);
        column as f64 - 1.0 + f64::from((level - before) / (behind - before))
    };
    let mut runs = Vec::new();
    let mut from = None;
    for (column, &number) in numbers.iter().enumerate() {
        match (from, number >= level) {
            (None, true) => from = Some(if column == 0 { -0.5 } else { passed(column) }),
            (Some(start), false) => {
                runs.push(Run { from: start, to: passed(column) });
                from = None;
            }
            _ => {}
        }
    }
    runs.extend(from.map(|from| Run { from, to: numbers.len() as f64 - 0.5 }));
    runs
}

/// Removes the points that lie on the line between the points around them.
fn straightened(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let mut kept = vec![points[0]];
    let mut from = 0;
    for index in 1..points.len() - 1 {
        let (start, end) = (points[from], points[index + 1]);
        if !points[from + 1..=index].iter().all(|&point| is_near(point, start, end)) {
            kept.push(points[index]);
            from = index;
        }
    }
    kept.extend(points.last());
    kept
}

/// Whether a point is so near to the line between two others that the difference is invisible.
fn is_near((x, y): (f64, f64), (x0, y0): (f64, f64), (x1, y1): (f64, f64)) -> bool {
    const NEAR: f64 = 0.08;
    let (along, across) = (x1 - x0, y1 - y0);
    let length = along.hypot(across);
    let (dx, dy) = (x - x0, y - y0);
    let (share, distance) =
        ((dx * along + dy * across) / length, (dx * across - dy * along) / length);
    (0.0..=length).contains(&share) && distance.abs() < NEAR
}

#[cfg(test)]
mod tests {
    use super::superlevel;
    use approx::assert_relative_eq;
    use ndarray::Array2;

    /// Computes the area by the shoelace formula. The polygons may have either orientation.
    fn area(polygons: &[Vec<(f64, f64)>]) -> f64 {
        let of = |polygon: &Vec<(f64, f64)>| {
            let next = polygon.iter().cycle().skip(1);
            let sum: f64 = polygon.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum();
            sum.abs() / 2.0
        };
        polygons.iter().map(of).sum()
    }

    #[test]
    fn polygons_of_a_field_cover_where_it_is_large() {
        const SIZE: usize = 60;
        let grid = |value: fn(f32, f32) -> f32| {
            Array2::from_shape_fn((SIZE, SIZE), |(row, column)| {
                value(column as f32 - 29.5, row as f32 - 29.5)
            })
        };
        let whole = (SIZE * SIZE) as f64;
        let disc = grid(|x, y| 20.0 - x.hypot(y));
        assert_relative_eq!(
            area(&superlevel(&disc, 0.0)),
            400.0 * std::f64::consts::PI,
            max_relative = 0.01
        );
        // A ring has branches. The overlap of its polygons is small.
        let ring = grid(|x, y| 5.0 - (x.hypot(y) - 20.0).abs());
        assert_relative_eq!(
            area(&superlevel(&ring, 0.0)),
            400.0 * std::f64::consts::PI,
            max_relative = 0.02
        );
        let slope = grid(|x, y| x + 0.3 * y);
        assert_relative_eq!(area(&superlevel(&slope, 0.0)), whole / 2.0, max_relative = 0.01);
        assert_relative_eq!(area(&superlevel(&grid(|_, _| 1.0), 0.5)), whole, max_relative = 1e-9);
        assert!(superlevel(&grid(|_, _| 0.0), 0.5).is_empty());
    }
}
