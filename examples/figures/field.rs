//! Where a function of the plane is large, as few polygons.

/// Numbers at the points of a grid, rows from top to bottom.
pub type Grid = ndarray::Array2<f32>;

/// Polygons, in columns and rows of the grid, that together cover where the numbers are at least this.
///
/// Along each row, what is covered is a number of runs, which end between two columns where the number is passed. A run that meets one run of
/// the next row, and no other, goes on in it: their polygon leads through their ends. Whatever branches begins anew, at the line in the middle
/// between the rows. That takes a tenth of the characters of an SVG file that little squares would take, and has smoother edges.
pub fn superlevel(grid: &Grid, level: f32) -> Vec<Vec<(f64, f64)>> {
    let mut finished = Vec::new();
    let mut open: Vec<Strip> = Vec::new();
    for (row, numbers) in grid.rows().into_iter().enumerate() {
        let runs = runs(&numbers.to_vec(), level);
        let mut next = Vec::new();
        for run in &runs {
            let meets = |strip: &Strip| strip.end().overlaps(run);
            let alone =
                |strip: &Strip| runs.iter().filter(|run| strip.end().overlaps(run)).count() == 1;
            let met: Vec<usize> = (0..open.len()).filter(|&index| meets(&open[index])).collect();
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
    finished.iter().map(|strip| strip.outline()).collect()
}

/// From where to where in a row, in columns.
#[derive(Clone, Copy)]
struct Run {
    from: f64,
    to: f64,
}

impl Run {
    fn overlaps(&self, other: &Run) -> bool {
        self.from <= other.to && other.from <= self.to
    }
}

/// Runs of rows below one another.
struct Strip {
    first_row: usize,
    runs: Vec<Run>,
}

impl Strip {
    fn end(&self) -> Run {
        self.runs[self.runs.len() - 1]
    }

    /// Down along the left ends and up along the right ones, from half a row above to half a row below.
    fn outline(&self) -> Vec<(f64, f64)> {
        let top = self.first_row as f64;
        let rows = self.runs.iter().enumerate().map(|(index, run)| (top + index as f64, run));
        let (first, last) = (self.runs[0], self.end());
        let bottom = top + self.runs.len() as f64 - 0.5;
        let left = rows.clone().map(|(row, run)| (run.from, row));
        let right = rows.rev().map(|(row, run)| (run.to, row));
        let mut outline = vec![(first.to, top - 0.5), (first.from, top - 0.5)];
        outline.extend(left);
        outline.extend([(last.from, bottom), (last.to, bottom)]);
        outline.extend(right);
        straightened(outline)
    }
}

/// Where the numbers of a row are at least this; half a column beyond its ends.
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

/// Without points that are on the line from one that is kept to the next.
fn straightened(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    /// Columns: too little to see.
    const NEAR: f64 = 0.1;
    let is_near = |(x, y): (f64, f64), (x0, y0): (f64, f64), (x1, y1): (f64, f64)| {
        let between = (y0 < y && y < y1) || (y1 < y && y < y0);
        between && (x0 + (x1 - x0) * (y - y0) / (y1 - y0) - x).abs() < NEAR
    };
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
