//! The trade-off as a picture: how often tasks of ten or more files are cut
//! against what is reserved for them, and what each policy generates.
//!
//! Sums flow in, SVG flows out.

use std::fmt::Write as _;

use tornkit::budget::estimate::Quantile;

use crate::ours;
use crate::policy::{ALL, Policy};
use crate::tally::{Board, LARGE, Tally, scope};
use crate::task::Task;

const QUANTILES: [(Quantile, &str); 5] = [
    (Quantile::P50, "p50"),
    (Quantile::P80, "p80"),
    (Quantile::P90, "p90"),
    (Quantile::P95, "p95"),
    (Quantile::P98, "p98"),
];

/// Pixels of a panel.
const SIDE: f64 = 300.0;

/// Pixels around the panels.
const MARGIN: f64 = 60.0;

/// The largest figures that an axis has room for.
const MOST_RESERVED: f64 = 4.0;
const MOST_GENERATED: f64 = 2.5;

pub(crate) fn svg(board: &Board, tasks: &[Task]) -> String {
    let width = 2.0 * SIDE + 4.0 * MARGIN;
    let height = SIDE + 2.0 * MARGIN;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" \
         height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    trade(&mut out, board, tasks);
    bars(&mut out, board);
    out + "</svg>\n"
}

/// Left: the share of phases that are cut, by what is reserved.
fn trade(out: &mut String, board: &Board, tasks: &[Task]) {
    frame(out, MARGIN, "reserved / useful tokens", "phases cut, %");
    let x = |tally: &Tally| {
        MARGIN + SIDE * (tally.reserved() / MOST_RESERVED).min(1.0)
    };
    let y = |tally: &Tally| MARGIN + SIDE * (1.0 - tally.truncation());
    let mut line = String::new();
    for (quantile, name) in QUANTILES {
        let tally = sweep(tasks, quantile);
        let (x, y) = (x(&tally), y(&tally));
        let _ = write!(line, "{x:.1},{y:.1} ");
        dot(out, x, y, "#0a7", name);
    }
    let _ = writeln!(
        out,
        "<polyline points=\"{line}\" fill=\"none\" stroke=\"#0a7\"/>"
    );
    for policy in [Policy::Before, Policy::Estimate] {
        let tally = board.tally(LARGE, policy);
        dot(out, x(&tally), y(&tally), "#c33", policy.name());
    }
    for tick in 0..=4 {
        let part = f64::from(tick) / 4.0;
        let number = part * MOST_RESERVED;
        let at = MARGIN + SIDE * part;
        let below = MARGIN + SIDE + 16.0;
        label(out, at, below, "middle", &format!("{number:.0}"));
        let up = MARGIN + SIDE * (1.0 - part) + 4.0;
        let percent = format!("{:.0}", part * 100.0);
        label(out, MARGIN - 6.0, up, "end", &percent);
    }
}

/// The sums of our policy at another quantile.
fn sweep(tasks: &[Task], quantile: Quantile) -> Tally {
    let mut sum = Board::default();
    for task in tasks.iter().filter(|task| scope(task) == LARGE) {
        sum.add(task, Policy::Ours, ours::at(task, quantile));
    }
    sum.tally(LARGE, Policy::Ours)
}

/// Right: tokens generated for each that is useful.
fn bars(out: &mut String, board: &Board) {
    let left = 3.0 * MARGIN + SIDE;
    frame(out, left, "", "generated / useful tokens");
    let step = SIDE / ALL.len() as f64;
    for (index, policy) in ALL.into_iter().enumerate() {
        let tally = board.tally(LARGE, policy);
        let part = (tally.generated() / MOST_GENERATED).min(1.0);
        let (wide, high) = (step * 0.7, SIDE * part);
        let at = left + step * (index as f64 + 0.15);
        let top = MARGIN + SIDE - high;
        let colour = match policy {
            Policy::Ours | Policy::Unruly => "#0a7",
            _ => "#c33",
        };
        let _ = writeln!(
            out,
            "<rect x=\"{at:.1}\" y=\"{top:.1}\" width=\"{wide:.1}\" \
             height=\"{high:.1}\" fill=\"{colour}\"/>"
        );
        let middle = at + wide / 2.0;
        let figure = format!("{:.2}", tally.generated());
        label(out, middle, top - 4.0, "middle", &figure);
        for (line, word) in policy.name().splitn(2, ' ').enumerate() {
            let below = MARGIN + SIDE + 16.0 + 14.0 * line as f64;
            label(out, middle, below, "middle", word);
        }
    }
}

fn frame(out: &mut String, left: f64, across: &str, up: &str) {
    let _ = writeln!(
        out,
        "<rect x=\"{left}\" y=\"{MARGIN}\" width=\"{SIDE}\" \
         height=\"{SIDE}\" fill=\"none\" stroke=\"#999\"/>"
    );
    label(out, left, MARGIN - 12.0, "start", up);
    let below = MARGIN + SIDE + 40.0;
    label(out, left + SIDE / 2.0, below, "middle", across);
}

fn dot(out: &mut String, x: f64, y: f64, colour: &str, name: &str) {
    let _ = writeln!(
        out,
        "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\"/>"
    );
    label(out, x + 7.0, y - 5.0, "start", name);
}

fn label(out: &mut String, x: f64, y: f64, anchor: &str, text: &str) {
    if !text.is_empty() {
        let _ = writeln!(
            out,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">\
             {text}</text>"
        );
    }
}
