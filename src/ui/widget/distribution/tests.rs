//! What charts look like, and that none of them panics.
//!
//! Invariant: counts are made here, so that every expected picture can be reckoned by hand.

use super::*;

/// Zipf counts: `top / rank`, at least 1.
fn zipf(top: u32, entities: u32) -> (Vec<u32>, Vec<u64>) {
    let counts: Vec<u32> = (1..=entities).map(|rank| (top / rank).max(1)).collect();
    let sums = std::iter::once(0).chain(counts.iter().scan(0_u64, |sum, &count| {
        *sum += u64::from(count);
        Some(*sum)
    }));
    let sums = sums.collect();
    (counts, sums)
}

fn drawn(chart: &Distribution<'_>, (width, height): (u16, u16)) -> String {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    chart.render(buffer.area, &mut buffer);
    let rows = buffer.content().chunks(usize::from(width));
    rows.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>() + "\n").collect()
}

const COUNTS: (u32, u32) = (412_330, 27_671);

#[test]
fn head_is_solid_and_tail_is_checked() {
    let (counts, sums) = zipf(COUNTS.0, COUNTS.1);
    let cut = Cut { first_tail_rank: 3_000, threshold: f64::from(counts[3_000]) };
    let filled = Counts::Whole { counts: &counts, sums: &sums };
    let style = ChartStyle::default();
    let chart =
        Distribution { cut: Some(cut), marker: Some(400), ..Distribution::of(ChartMode::RankFrequency, filled, style) };
    let expected = [
        "     ⣿⣶⣶⣤⣤⣀⣀                    ┊ τ 137 ",
        " 10⁴ ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣶⣶⣤⣄⣀⡀            ┊       ",
        "     ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣷⣶⣦⣤◆⣀     ┊       ",
        " 10² ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣶⣶⣤┊⣀⡀     ",
        "     ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿┊⡪⡪⡫⡳⡲⡢⡤",
        " 10⁰ ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿┊⡪⡪⡪⡪⡪⡪⡪",
        "     1       10     100     1k      10k ",
        "     ━━━━━━━━━━ head ━━━━━━━━━━━┊╌tail╌╌",
    ];
    assert_eq!(drawn(&chart, (40, 8)).lines().collect::<Vec<_>>(), expected);
}

#[test]
fn any_shape_fits_any_area() {
    let cases: [&[u32]; 5] = [&[], &[1], &[7, 7, 7], &[u32::MAX, 1], &[3, 2, 1, 0]];
    for counts in cases {
        let sums = crate::index::cumulated(counts);
        let expected: Vec<f32> = counts.iter().map(|&count| count as f32 * 0.3).collect();
        for mode in ChartMode::ALL {
            for (width, height) in [(1, 1), (2, 9), (10, 4), (16, 3), (250, 70)] {
                let filled = Counts::Whole { counts, sums: &sums };
                let cut = Some(Cut { first_tail_rank: counts.len() / 2, threshold: 3.0 });
                let others = Some(Counts::ByRank(&expected));
                let plain = Distribution::of(mode, filled, ChartStyle::default());
                drawn(&Distribution { cut, marker: Some(0), outline: others, added: others, ..plain }, (width, height));
                drawn(&plain, (width, height));
            }
        }
    }
}
