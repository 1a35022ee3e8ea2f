//! The README and the pages of the guide are read as files, too, so their links lead to files.

use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Adds the Markdown files of a folder and of its folders.
fn add_pages(folder: &Path, pages: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => add_pages(&path, pages),
            false if path.extension().is_some_and(|extension| extension == "md") => {
                pages.push(path);
            }
            false => {}
        }
    }
}

/// The README and the pages of the guide.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    add_pages(&root().join("docs"), &mut pages);
    pages
}

/// The targets of a page's links and pictures, `[text](target)` and `[name]: target`, that are
/// files: no addresses, and no names of Rust items.
fn files(page: &str) -> Vec<&str> {
    let mut targets = Vec::new();
    let mut is_code = false;
    for line in page.lines() {
        is_code ^= line.starts_with("```");
        if is_code {
            continue;
        }
        let inline = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        targets.extend(inline);
        if let Some((_, target)) = line.strip_prefix('[').and_then(|rest| rest.split_once("]: ")) {
            targets.push(target);
        }
    }
    let files = targets.into_iter().filter_map(|target| target.split('#').next());
    let is_file = |file: &&str| {
        !file.is_empty() && ![" ", "::", "://"].iter().any(|part| file.contains(part))
    };
    files.filter(is_file).collect()
}

#[test]
fn every_link_leads_to_a_file() {
    let mut links = 0;
    for page in pages() {
        for file in files(&std::fs::read_to_string(&page).unwrap()) {
            let target = page.parent().unwrap().join(file);
            assert!(target.is_file(), "{} links to {file}, which is no file", page.display());
            links += 1;
        }
    }
    assert!(links >= 60, "only {links} links were found");
}

#[test]
fn every_page_is_in_the_guide_and_on_the_readme() {
    let read = |file: &str| std::fs::read_to_string(root().join(file)).unwrap();
    let (guide, readme) = (read("src/guide.rs"), read("README.md"));
    let on_readme = files(&readme);
    for page in pages().into_iter().skip(1) {
        let name = page.file_stem().unwrap().to_str().unwrap();
        let has_module = guide.split_whitespace().any(|word| word.trim_end_matches(");") == name);
        assert!(has_module, "src/guide.rs has no module {name}");
        let file = page.strip_prefix(root()).unwrap().to_str().unwrap();
        assert!(on_readme.contains(&file), "README.md has no link to {file}");
    }
}
