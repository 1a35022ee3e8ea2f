//! The colours of all figures. Those of curves and classes are of Okabe and Ito (2008), which
//! people with any of the common kinds of colour blindness tell apart; where colours are mixed,
//! they also differ in lightness or stand on both sides of white.

use plotters::style::RGBColor;

pub const BLUE: RGBColor = RGBColor(0, 114, 178);
pub const ORANGE: RGBColor = RGBColor(230, 159, 0);
pub const GREEN: RGBColor = RGBColor(0, 158, 115);
pub const VERMILION: RGBColor = RGBColor(213, 94, 0);
pub const PURPLE: RGBColor = RGBColor(204, 121, 167);

/// The colours that these activations have in every figure.
pub const IDENTITY: RGBColor = VERMILION;
pub const SIGMOID: RGBColor = BLUE;
pub const TANH: RGBColor = GREEN;

/// The colours of the points of two classes on a ground of [`probability`].
pub const FIRST_CLASS: RGBColor = RGBColor(0, 60, 110);
pub const SECOND_CLASS: RGBColor = RGBColor(150, 50, 0);

pub const GRID: RGBColor = RGBColor(225, 225, 225);
pub const AXIS: RGBColor = RGBColor(90, 90, 90);
/// The colour of diagonals and other lines that curves are compared with.
pub const REFERENCE: RGBColor = RGBColor(120, 120, 120);

const WHITE: RGBColor = RGBColor(255, 255, 255);

/// The colour of a share from 0 to 1: from white to dark blue.
pub fn heat(share: f64) -> RGBColor {
    const DARK: RGBColor = RGBColor(0, 45, 95);
    if share < 0.6 {
        mixed(WHITE, BLUE, share / 0.6)
    } else {
        mixed(BLUE, DARK, (share - 0.6) / 0.4)
    }
}

/// Of the probability of the second of two classes: blue, paler the less certain, and from ½ on
/// orange. Light, for points to stand out.
pub fn probability(probability: f64) -> RGBColor {
    const FIRST: RGBColor = RGBColor(120, 178, 218);
    const SECOND: RGBColor = RGBColor(247, 190, 105);
    let certainty = (2.0 * probability - 1.0).abs();
    // The mix does not begin at white, so that the line between the two colours shows.
    mixed(WHITE, if probability < 0.5 { FIRST } else { SECOND }, 0.2 + 0.8 * certainty)
}

/// Of text on this ground: black or white, whichever has the higher contrast, as the Web Content
/// Accessibility Guidelines reckon it.
pub fn readable_on(RGBColor(red, green, blue): RGBColor) -> RGBColor {
    let linear = |channel: u8| (f64::from(channel) / 255.0).powf(2.2);
    let luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    if luminance > 0.18 { RGBColor(0, 0, 0) } else { WHITE }
}

fn mixed(from: RGBColor, to: RGBColor, share: f64) -> RGBColor {
    let mix = |from: u8, to: u8| {
        (f64::from(from) + share.clamp(0.0, 1.0) * (f64::from(to) - f64::from(from))).round() as u8
    };
    RGBColor(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}
