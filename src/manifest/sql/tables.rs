//! The tables that the query reads.
//!
//! Invariant: an instance's number is its place in the source; numbers are written as they are, to the last bit.

mod settings;

use std::ops::Range;

use polars::prelude::{Column, DataFrame, NamedFrom, Series};
use rayon::prelude::*;

use super::super::staging::{Joint, Staging};
use super::super::table::{Fault, Table, guarded};
use super::super::{Contents, ManifestError};
use crate::plan::{Ledger, Purpose};
use crate::policy::Reduction;
use crate::progress::{Observer, Stage};
use crate::source::Instance;

/// Instances whose rows are made at once.
const BATCH: usize = 1 << 14;

/// What the tables are made of.
struct Source<'a> {
    contents: &'a Contents<'a>,
    ledger: &'a Ledger<'a>,
    staging: &'a Staging,
    observer: &'a dyn Observer,
}

/// Makes the rows of some instances.
type Rows<'a> = dyn Fn(Range<usize>) -> Result<DataFrame, Fault> + 'a;

/// Writes all tables.
pub(super) fn write(
    contents: &Contents<'_>,
    ledger: &Ledger<'_>,
    (staging, observer): (&Staging, &dyn Observer),
) -> Result<(), ManifestError> {
    let source = Source { contents, ledger, staging, observer };
    source.by_instance("instances.parquet", 0, &|range| source.instances(range))?;
    source.by_instance("entities.parquet", 1, &|range| source.entities(range))?;
    source.by_instance("perspectives.parquet", 2, &|range| source.perspectives(range))?;
    source.by_instance("override_draws.parquet", 3, &|range| source.override_draws(range))?;
    source.whole("probabilities.parquet", source.probabilities())?;
    source.whole("overrides.parquet", source.overrides())?;
    source.whole("parameters.parquet", source.parameters())?;
    let all = contents.dataset.len() as u64 * 4;
    observer.advanced(Stage::Write, all, all);
    Ok(())
}

fn column<'c, V, T: 'c + ?Sized>(name: &str, values: V) -> Column
where
    Series: NamedFrom<V, T>,
{
    Column::from(Series::new(name.into(), values))
}

/// A number for engines that know signed ones alone.
fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Source<'_> {
    /// Writes a table a batch of instances at a time.
    fn by_instance(&self, name: &str, number: u64, rows: &Rows<'_>) -> Result<(), ManifestError> {
        let instances = self.contents.dataset.len();
        let mut output = self.staging.output(name)?;
        let (mut stopped, mut written) = (Ok(()), 0);
        let outcome = guarded(|| {
            let mut table = Table::begin(&mut output, &rows(0..0)?, Vec::new())?;
            for start in (0..instances).step_by(BATCH) {
                if self.observer.cancelled() {
                    stopped = Err(ManifestError::Cancelled);
                    return Ok(());
                }
                let all = instances as u64;
                self.observer.advanced(Stage::Write, number * all + start as u64, all * 4);
                let frame = rows(start..instances.min(start + BATCH))?;
                written += frame.height() as u64;
                table.group(frame)?;
            }
            table.end()
        });
        stopped?;
        outcome.map_err(|fault| self.fault(fault.of(&output), name))?;
        output.finish(written, Joint::Same).map(drop)
    }

    fn whole(&self, name: &str, rows: Result<DataFrame, Fault>) -> Result<(), ManifestError> {
        let mut output = self.staging.output(name)?;
        let written = guarded(|| {
            let rows = rows?;
            let height = rows.height() as u64;
            let mut table = Table::begin(&mut output, &rows.clear(), Vec::new())?;
            table.group(rows)?;
            table.end().map(|()| height)
        });
        let written = written.map_err(|fault| self.fault(fault.of(&output), name))?;
        output.finish(written, Joint::Same).map(drop)
    }

    fn fault(&self, fault: Fault, name: &str) -> ManifestError {
        let path = self.staging.place(name);
        match fault {
            Fault::Refused(cause) => ManifestError::Unwritable { path, cause },
            Fault::Unsupported(reason) => ManifestError::Unsupported { path, reason },
        }
    }

    fn instances(&self, range: Range<usize>) -> Result<DataFrame, Fault> {
        let numbers: Vec<i64> = range.clone().map(signed).collect();
        let ids: Vec<String> = range
            .clone()
            .into_par_iter()
            .map_init(Instance::default, |instance, number| {
                self.contents.dataset.read_head(number, instance);
                instance.id.to_string()
            })
            .collect();
        let draws = |purpose| range.clone().map(|number| self.ledger.draw(number, purpose)).collect::<Vec<f64>>();
        let columns = vec![
            column("instance", numbers),
            column("id", ids),
            column("share_draw", draws(Purpose::Share)),
            column("alpha_draw", draws(Purpose::Alpha)),
            column("repeat_draw", draws(Purpose::Repeat)),
        ];
        Ok(DataFrame::new(range.len(), columns)?)
    }

    /// The keys of the perspectives that take part.
    fn key(&self, number: usize) -> &'static str {
        self.ledger.perspective(number).map_or("", |entry| entry.perspective.key())
    }

    fn entities(&self, range: Range<usize>) -> Result<DataFrame, Fault> {
        let (mut numbers, mut keys, mut ranks, mut draws) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for instance in range {
            for number in 0..self.ledger.perspectives() {
                for (rank, draw) in self.ledger.entity_draws(number, instance) {
                    numbers.push(signed(instance));
                    keys.push(self.key(number));
                    ranks.push(i64::from(rank));
                    draws.push(draw);
                }
            }
        }
        let height = numbers.len();
        let columns = vec![
            column("instance", numbers),
            column("perspective", keys),
            column("entity", ranks),
            column("draw", draws),
        ];
        Ok(DataFrame::new(height, columns)?)
    }

    /// Rows only where a perspective draws once for all of an instance's entities.
    fn perspectives(&self, range: Range<usize>) -> Result<DataFrame, Fault> {
        let once = matches!(self.ledger.reduction().0, Reduction::Mean | Reduction::LengthNormalised);
        let (mut numbers, mut keys, mut draws) = (Vec::new(), Vec::new(), Vec::new());
        for instance in range.filter(|_| once) {
            for number in 0..self.ledger.perspectives() {
                numbers.push(signed(instance));
                keys.push(self.key(number));
                draws.push(self.ledger.perspective_draw(number, instance));
            }
        }
        let height = numbers.len();
        let columns = vec![column("instance", numbers), column("perspective", keys), column("draw", draws)];
        Ok(DataFrame::new(height, columns)?)
    }

    fn override_draws(&self, range: Range<usize>) -> Result<DataFrame, Fault> {
        let (mut places, mut numbers, mut draws, mut refills) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for instance in range {
            for drawn in self.ledger.override_draws(instance) {
                places.push(signed(drawn.place));
                numbers.push(signed(instance));
                draws.push(drawn.draw);
                refills.push(drawn.refill_draw);
            }
        }
        let height = numbers.len();
        let columns = vec![
            column("place", places),
            column("instance", numbers),
            column("draw", draws),
            column("refill_draw", refills),
        ];
        Ok(DataFrame::new(height, columns)?)
    }
}
