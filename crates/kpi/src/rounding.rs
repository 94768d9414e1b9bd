//! Rounding, for showing only: half up, away from zero, as people round by hand. Figures are kept and compared unrounded.

/// A number with so many decimals. A half that binary fractions cannot hold (2.675) is rounded as the half it stands for.
pub fn half_up(value: f64, decimals: u8) -> String {
    let scale = 10_f64.powi(i32::from(decimals));
    let scaled = value.abs() * scale;
    let rounded = (scaled + scaled * 4.0 * f64::EPSILON + 0.5).floor();
    let sign = if value < 0.0 && rounded > 0.0 {
        "-"
    } else {
        ""
    };
    format!("{sign}{:.*}", usize::from(decimals), rounded / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_goes_up_whatever_the_digit_before_it() {
        let cases = [
            (83.125, 2, "83.13"),
            (3.125, 2, "3.13"),
            (2.675, 2, "2.68"),
            (0.5, 0, "1"),
            (1.5, 0, "2"),
            (2.5, 0, "3"),
            (83.125, 1, "83.1"),
            (-0.5, 0, "-1"),
            (-0.04, 1, "0.0"),
            (647_727.272_7, 0, "647727"),
            (2.674_999, 2, "2.67"),
        ];
        for (value, decimals, shown) in cases {
            assert_eq!(half_up(value, decimals), shown, "{value}");
        }
    }
}
