//! Line charts as SVG; colours come from the page's style.

use std::fmt::Write;

use super::escape;

const WIDTH: f64 = 520.0;
const HEIGHT: f64 = 270.0;
const LEFT: f64 = 46.0;
const BOTTOM: f64 = 36.0;
const TOP: f64 = 8.0;
const RIGHT: f64 = 10.0;
/// About so many lines cross an axis.
const TICKS: f64 = 5.0;
/// Writing into memory.
const MEMORY: &str = "memory takes all";

/// A direction of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What it measures.
    pub label: String,
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
}

/// A line of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What it shows; empty for a line that guides the eye.
    pub name: String,
    /// A class of the style: `one`, `two`, `three` or `guide`.
    pub class: &'static str,
    /// Its points; one that is not finite interrupts it.
    pub points: Vec<(f64, f64)>,
    /// Go across and then up or down, instead of straight.
    pub steps: bool,
}

/// Lines over each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Plot {
    /// What it is called.
    pub title: String,
    /// Across.
    pub x: Axis,
    /// Up.
    pub y: Axis,
    /// The lines, the last on top.
    pub lines: Vec<Line>,
}

impl Axis {
    /// From 0 to 1.
    pub fn share(label: &str) -> Self {
        Self { label: label.to_owned(), from: 0.0, to: 1.0 }
    }

    /// Around values, 0 included when `zero`.
    pub fn around(label: &str, values: impl Iterator<Item = f64>, zero: bool) -> Self {
        let start = if zero { (0.0, 0.0) } else { (f64::INFINITY, f64::NEG_INFINITY) };
        let finite = values.filter(|value| value.is_finite());
        let (from, to) = finite.fold(start, |(low, high), value| (low.min(value), high.max(value)));
        let (from, to) = if from <= to { (from, to) } else { (0.0, 1.0) };
        // A single value is given room.
        let to = if from < to { to } else { from + from.abs().max(1.0) };
        Self { label: label.to_owned(), from, to }
    }

    fn ticks(&self) -> Vec<f64> {
        let rough = (self.to - self.from) / TICKS;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|factor| factor * power);
        let step = step.into_iter().find(|step| *step >= rough * 0.999).unwrap_or(10.0 * power);
        let first = (self.from / step).ceil() as i64;
        let last = (self.to / step * (1.0 + 1e-12)).floor() as i64;
        (first..=last).map(|tick| tick as f64 * step).collect()
    }

    fn place(&self, value: f64) -> f64 {
        (value - self.from) / (self.to - self.from)
    }
}

impl Plot {
    /// The chart with its title and the names of its lines.
    pub fn svg(&self) -> String {
        let title = escape(&self.title);
        let mut svg = format!(
            r#"<div class="card"><header><h3>{title}</h3><span class="key">{}</span></header><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">"#,
            self.key()
        );
        self.grid(&mut svg);
        for line in &self.lines {
            write!(svg, r#"<path class="line {}" d="{}"/>"#, line.class, self.path(line)).expect(MEMORY);
        }
        svg + "</svg></div>\n"
    }

    fn key(&self) -> String {
        let named = self.lines.iter().filter(|line| !line.name.is_empty());
        let entry =
            |line: &Line| format!(r#"<span><i class="{}"></i>{}</span>"#, line.class, escape(&line.name));
        if self.lines.iter().filter(|line| !line.name.is_empty()).count() < 2 {
            return String::new();
        }
        named.map(entry).collect()
    }

    fn x(&self, value: f64) -> f64 {
        LEFT + self.x.place(value) * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - self.y.place(value) * (HEIGHT - BOTTOM - TOP)
    }

    fn grid(&self, svg: &mut String) {
        let (bottom, right) = (HEIGHT - BOTTOM, WIDTH - RIGHT);
        for tick in self.x.ticks() {
            let x = self.x(tick);
            write!(
                svg,
                r#"<line class="axis" x1="{x:.1}" x2="{x:.1}" y1="{TOP}" y2="{bottom}"/><text x="{x:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
                bottom + 14.0,
                number(tick)
            )
            .expect(MEMORY);
        }
        for tick in self.y.ticks() {
            let y = self.y(tick);
            write!(
                svg,
                r#"<line class="axis" x1="{LEFT}" x2="{right}" y1="{y:.1}" y2="{y:.1}"/><text x="{:.1}" y="{:.1}" text-anchor="end">{}</text>"#,
                LEFT - 5.0,
                y + 3.5,
                number(tick)
            )
            .expect(MEMORY);
        }
        let (x, y) = (escape(&self.x.label), escape(&self.y.label));
        write!(
            svg,
            r#"<text x="{right}" y="{}" text-anchor="end">{x}</text><text transform="translate(10 {TOP}) rotate(-90)" text-anchor="end">{y}</text>"#,
            HEIGHT - 4.0
        )
        .expect(MEMORY);
    }

    fn path(&self, line: &Line) -> String {
        let (mut path, mut before) = (String::new(), None);
        for &(x, y) in &line.points {
            if !(x.is_finite() && y.is_finite()) {
                before = None;
                continue;
            }
            let (x, y) = (self.x(x), self.y(y));
            let written = match before {
                None => write!(path, "M{x:.1} {y:.1}"),
                Some(_) if line.steps => write!(path, "H{x:.1}V{y:.1}"),
                Some(_) => write!(path, "L{x:.1} {y:.1}"),
            };
            written.expect(MEMORY);
            before = Some((x, y));
        }
        path
    }
}

/// Few digits.
fn number(value: f64) -> String {
    let size = value.abs();
    match value {
        0.0 => "0".to_owned(),
        _ if size >= 1e6 => format!("{}M", (value / 1e5).round() / 10.0),
        _ if size >= 1e4 => format!("{}k", (value / 1e2).round() / 10.0),
        _ => format!("{}", (value * 1e4).round() / 1e4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within() {
        let ticks = |from, to| Axis { label: String::new(), from, to }.ticks();
        assert_eq!(ticks(0.0, 1.0), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(ticks(0.13, 0.31), [0.15000000000000002, 0.2, 0.25, 0.30000000000000004]);
        assert_eq!(ticks(-30.0, 1_000.0), [0.0, 250.0, 500.0, 750.0, 1_000.0]);
        assert_eq!([0.6000000000000001, 1_250_000.0, 25_000.0].map(number), ["0.6", "1.3M", "25k"]);
        let one = Axis::around("loss", [0.5].into_iter(), false);
        assert_eq!((one.from, one.to), (0.5, 1.5));
        assert_eq!(Axis::around("none", std::iter::empty(), false).to, 1.0);
    }

    #[test]
    fn a_gap_interrupts_a_line_and_steps_go_across_first() {
        let line = |steps, points| Line { name: "<l>".into(), class: "one", points, steps };
        let plot = |lines| Plot { title: "<t>".into(), x: Axis::share("x"), y: Axis::share("y"), lines };
        let points = vec![(0.0, 0.0), (0.5, f64::NAN), (0.5, 0.5), (1.0, 1.0)];
        let svg = plot(vec![line(false, points.clone()), line(true, points)]).svg();
        assert!(svg.contains(r#"d="M46.0 234.0M278.0 121.0L510.0 8.0""#), "{svg}");
        assert!(svg.contains(r#"d="M46.0 234.0M278.0 121.0H510.0V8.0""#), "{svg}");
        assert!(svg.contains("&lt;t&gt;") && svg.contains("&lt;l&gt;"));
    }
}
