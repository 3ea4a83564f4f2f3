//! Medians, ranges and ratios of figures that were measured again and again.

use comfy_table::presets::ASCII_FULL_CONDENSED;
use comfy_table::{Cell, CellAlignment, Table};
use serde::Serialize;

use crate::report::figures::Figure;

/// What a scenario measured of all contenders.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The scenario's name.
    pub scenario: String,
    /// In the order of the command line.
    pub contenders: Vec<Measured>,
}

/// What a scenario measured of one contender.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// The contender's name.
    pub name: String,
    /// One list for each repetition.
    pub repetitions: Vec<Vec<Figure>>,
}

/// One figure over all repetitions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Middle {
    /// The figure's name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Half of the repetitions are at most this.
    pub median: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Measured {
    /// Every figure, in the order of the first repetition that has it.
    pub fn middles(&self) -> Vec<Middle> {
        let mut middles: Vec<Middle> = Vec::new();
        for figure in self.repetitions.iter().flatten() {
            if middles.iter().any(|middle| middle.name == figure.name) {
                continue;
            }
            let all = self.repetitions.iter().flatten();
            let mut values: Vec<f64> = all
                .filter(|other| other.name == figure.name)
                .map(|figure| figure.value)
                .collect();
            values.sort_by(f64::total_cmp);
            middles.push(Middle {
                name: figure.name.clone(),
                unit: figure.unit.clone(),
                median: median(&values),
                min: values[0],
                max: values[values.len() - 1],
            });
        }
        middles
    }
}

/// Of sorted values, at least one.
fn median(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) {
        f64::midpoint(sorted[half - 1], sorted[half])
    } else {
        sorted[half]
    }
}

impl Comparison {
    /// Medians with their ranges, and by how many times each contender differs from the first.
    pub fn table(&self) -> String {
        let mut table = Table::new();
        table.load_style(ASCII_FULL_CONDENSED);
        let all: Vec<Vec<Middle>> = self.contenders.iter().map(Measured::middles).collect();
        let mut header = vec![self.scenario.clone()];
        for (number, contender) in self.contenders.iter().enumerate() {
            header.push(contender.name.clone());
            if number > 0 {
                header.push(format!("÷ {}", self.contenders[0].name));
            }
        }
        table.set_header(header);
        let mut names: Vec<&Middle> = Vec::new();
        for middle in all.iter().flatten() {
            if !names.iter().any(|known| known.name == middle.name) {
                names.push(middle);
            }
        }
        for Middle { name, unit, .. } in names {
            let find = |middles: &[Middle]| middles.iter().find(|middle| middle.name == *name).cloned();
            let first = all.first().and_then(|middles| find(middles));
            let mut row = vec![Cell::new(format!("{name} {unit}").trim_end())];
            for (number, middles) in all.iter().enumerate() {
                let middle = find(middles);
                row.push(right(middle.as_ref().map(Middle::with_range)));
                if number > 0 {
                    row.push(right(ratio(middle.as_ref(), first.as_ref())));
                }
            }
            table.add_row(row);
        }
        table.to_string()
    }
}

impl Middle {
    fn with_range(&self) -> String {
        let [median, min, max] = [self.median, self.min, self.max].map(short);
        if min == max {
            return median;
        }
        format!("{median} [{min} – {max}]")
    }
}

/// How many times the first: nothing where one of them is zero or missing.
fn ratio(middle: Option<&Middle>, first: Option<&Middle>) -> Option<String> {
    let (median, first) = (middle?.median, first?.median);
    (median > 0.0 && first > 0.0).then(|| format!("{:.2}", median / first))
}

/// Three significant digits below a hundred, whole numbers above.
fn short(value: f64) -> String {
    let decimals = match value.abs() {
        0.0 | 100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    format!("{value:.decimals$}")
}

fn right(text: Option<String>) -> Cell {
    Cell::new(text.unwrap_or_default()).set_alignment(CellAlignment::Right)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(name: &str, values: &[f64]) -> Measured {
        let repetition =
            |&value: &f64| vec![Figure::new("delivery p50", "ms", value), Figure::count("lost", 0)];
        Measured {
            name: name.to_owned(),
            repetitions: values.iter().map(repetition).collect(),
        }
    }

    #[test]
    fn a_figure_is_its_median_with_its_range() {
        let middles = measured("a", &[3.0, 1.0, 10.0]).middles();
        assert_eq!(
            (middles[0].median, middles[0].min, middles[0].max),
            (3.0, 1.0, 10.0)
        );
        assert_eq!(middles[1].name, "lost");
        let even = measured("a", &[1.0, 2.0]).middles();
        assert!((even[0].median - 1.5).abs() < f64::EPSILON);
    }

    #[test]
    fn the_table_says_how_many_times_the_first() {
        let comparison = Comparison {
            scenario: "200x5".into(),
            contenders: vec![measured("floor", &[2.0, 2.0]), measured("ours", &[3.0, 2.0, 4.5])],
        };
        let table = comparison.table();
        let line = table.lines().find(|line| line.contains("delivery p50")).unwrap();
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        assert_eq!(
            cells[1..5],
            ["delivery p50 ms", "2.00", "3.00 [2.00 – 4.50]", "1.50"]
        );
        let lost = table.lines().find(|line| line.contains("lost")).unwrap();
        assert_eq!(lost.split('|').map(str::trim).nth(4), Some(""));
    }
}
