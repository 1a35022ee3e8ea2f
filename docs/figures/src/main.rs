//! Draws the pictures of the documentation that show how networks work, and prints what was
//! measured: activations, saturation, and decision boundaries.
//!
//! `cargo run --release -p densely-figures -- FOLDER`

mod activations;
mod decision_boundary;
mod saturation;

use densely_cli::figures;
use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("name the folder to draw into")?);
    std::fs::create_dir_all(&folder)?;
    let place = |name: &str| {
        let path = folder.join(name);
        figures::check(&path).map(|()| path)
    };
    activations::draw_classical(&place("activations.svg")?)?;
    activations::draw_all(&place("activations-all.svg")?)?;
    println!("{}\n", saturation::draw(&place("saturation.svg")?)?);
    let frames = [30, 100, 300, 1000, 3000];
    for (name, shape) in decision_boundary::SHAPES {
        let path = place(&format!("{name}.svg"))?;
        println!("{name}\n{}", decision_boundary::draw(&path, shape, &frames)?);
    }
    Ok(())
}
