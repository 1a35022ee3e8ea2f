//! Lines of text in columns, some with bars.

/// Lines with a name before each.
pub fn named(lines: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let lines = lines.into_iter().map(|(name, line)| format!("{name:12}{line}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// A bar of this share of 30 characters.
pub fn bar(share: f64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share.clamp(0.0, 1.0) * 240.0).round() as usize;
    "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
}

/// Lines of cells, in columns: the first to the left, the others to the right, and a bar or a text
/// at the end.
pub fn lines<const CELLS: usize>(rows: &[([String; CELLS], String)]) -> Vec<String> {
    let widths: Vec<_> = (0..CELLS)
        .map(|cell| rows.iter().map(|(cells, _)| cells[cell].chars().count()).max().unwrap_or(0))
        .collect();
    let line = |(cells, end): &([String; CELLS], String)| {
        let aligned = cells.iter().zip(&widths).enumerate().map(|(place, (cell, &width))| {
            if place == 0 { format!("{cell:width$}") } else { format!("{cell:>width$}") }
        });
        format!("{}  {end}", aligned.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}
