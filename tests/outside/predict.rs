//! An application that depends only on `densely` without its features: it loads a network and
//! predicts.

use densely::Mlp;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let saved = std::env::args().nth(1).ok_or("usage: predict <model>")?;
    let net = Mlp::<f32>::load(saved)?;
    // Columns by their names, and one for each origin.
    let car = |name: &str| match name {
        "cylinders" => 8.0,
        "displacement" => 307.0,
        "horsepower" => 130.0,
        "weight" => 3504.0,
        "acceleration" => 12.0,
        "model_year" => 1970.0,
        _ => f32::from(u8::from(name.contains("USA"))),
    };
    let row: Vec<f32> = net.schema().feature_names().iter().map(|name| car(name)).collect();
    println!("{}", net.predict_row(&row)?[0]);
    Ok(())
}
