//! The README is also the crate's page, so its links and pictures must work on both.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashMap;

fn definitions(page: &str) -> HashMap<&str, &str> {
    page.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: ")).collect()
}

#[test]
fn the_pictures_on_the_crates_page_are_those_of_the_readme() {
    let root = env!("CARGO_MANIFEST_DIR");
    let read = |path: &str| std::fs::read(format!("{root}/{path}")).unwrap();
    let (readme, page) = (read("README.md"), read("docs/front_page.md"));
    let (readme, page) = (String::from_utf8(readme).unwrap(), String::from_utf8(page).unwrap());
    let on_page = definitions(&page);
    let pictures: Vec<_> =
        definitions(&readme).into_iter().filter(|(_, path)| path.ends_with(".svg")).collect();
    assert!(pictures.len() >= 3, "{pictures:?}");
    for (name, path) in pictures {
        assert!(readme.contains(&format!("][{name}]")), "{name} is not shown");
        let base64 = on_page[name].strip_prefix("data:image/svg+xml;base64,").unwrap();
        let same = STANDARD.decode(base64).unwrap() == read(path);
        assert!(same, "{path} was drawn anew: run docs/embed_pictures.py");
    }
}

#[test]
fn every_page_of_the_guide_is_there_for_the_reader_of_the_readme() {
    let root = env!("CARGO_MANIFEST_DIR");
    let readme = std::fs::read_to_string(format!("{root}/README.md")).unwrap();
    let pages: Vec<_> =
        definitions(&readme).into_values().filter(|path| path.starts_with("docs/")).collect();
    assert!(pages.len() >= 10, "{pages:?}");
    for path in pages {
        assert!(std::fs::metadata(format!("{root}/{path}")).unwrap().is_file(), "{path}");
    }
}
