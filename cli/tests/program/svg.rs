//! Checks pictures.

use std::fs;
use std::path::Path;

/// Checks an SVG file and returns its text: it has one root and text only in its text elements, and
/// its numbers are finite and on the sheet.
pub fn checked(path: &Path) -> String {
    let svg = fs::read_to_string(path).unwrap();
    let (mut open, mut sheet) = (Vec::new(), (0.0, 0.0));
    for piece in svg.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        let name = tag.split([' ', '/']).next().unwrap();
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{}", path.display());
        } else if !tag.ends_with('/') {
            assert!(name == "svg" && open.is_empty() || name == "text" && open == ["svg"], "{tag}");
            open.push(name);
        }
        assert!(open == ["svg", "text"] || text.trim().is_empty(), "{text}");
        let attribute = |name: &str| {
            let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
            rest.split('"').next()
        };
        if let Some(size) = attribute("viewBox") {
            let size: Vec<f64> = size.split(' ').map(|number| number.parse().unwrap()).collect();
            sheet = (size[2], size[3]);
        }
        let on_sheet = |text: &str, end: f64| {
            let place: f64 = text.parse().unwrap();
            assert!((0.0..=end).contains(&place), "{}: {tag}", path.display());
        };
        for (name, end) in
            [("x", sheet.0), ("cx", sheet.0), ("x1", sheet.0), ("y", sheet.1), ("cy", sheet.1)]
        {
            attribute(name).into_iter().for_each(|text| on_sheet(text, end));
        }
        for point in attribute("points").unwrap_or("").split_whitespace() {
            let (x, y) = point.split_once(',').unwrap();
            on_sheet(x, sheet.0);
            on_sheet(y, sheet.1);
        }
    }
    assert!(open.is_empty() && svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    let other = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{fffe}' | '\u{ffff}');
    assert!(!svg.contains(other), "{}", path.display());
    svg
}
