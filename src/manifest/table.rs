//! Parquet tables: the decisions, and the rows of a Parquet dataset that are kept.
//!
//! Invariant: which rows form a row group hangs on the rows alone, so that shards can be put together to the same bytes; a type that
//! cannot be read is an error and never a damaged table.

mod new;

pub(super) use new::New;

use std::fs::File;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{
    Column, DataFrame, IdxCa, IntoColumn, KeyValueMetadata, NamedFrom, NewChunkedArray, ParquetReader, ParquetWriter,
    PolarsError, SerReader, Series, StringChunked,
};

use super::decisions::{BATCH, Batch, Row};
use super::output::Output;
use super::staging::Joint;
use super::{ManifestError, Part, stages};

/// What went wrong, before its file is known.
pub(super) enum Fault {
    /// The system refuses to write.
    Refused(std::io::Error),
    /// The table holds what is not supported.
    Unsupported(String),
}

impl Fault {
    /// What it truly was: where the system refused to write, polars may say that the table is none.
    pub(super) fn of(self, output: &Output<'_>) -> Self {
        output.refusal().map_or(self, Self::Refused)
    }
}

impl From<PolarsError> for Fault {
    fn from(error: PolarsError) -> Self {
        match error {
            PolarsError::IO { error, .. } => {
                let cause = error.raw_os_error().map_or_else(
                    || std::io::Error::new(error.kind(), error.to_string()),
                    std::io::Error::from_raw_os_error,
                );
                Self::Refused(cause)
            }
            other => Self::Unsupported(other.to_string()),
        }
    }
}

/// Runs polars on tables of any kind: its panics become words.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Fault::Unsupported("it holds a type that is not supported".into())))
}

/// Writes the table of decisions, a row group a batch; while one is encoded the next is made.
pub(super) fn write_decisions(
    part: &Part<'_>,
    rows: &(dyn Fn(Range<usize>) -> Batch + Sync),
    mut output: Output<'_>,
) -> Result<(), ManifestError> {
    let end = super::decisions::end(part);
    let range = |start: usize| start..end.min(start + BATCH);
    let mut stopped = Ok(());
    let written = guarded(|| {
        let mut table = Table::begin(&mut output, &frame(&rows(part.range.start..part.range.start))?, Vec::new())?;
        let mut current = rows(range(part.range.start));
        let mut start = part.range.start;
        while start < end {
            stopped = part.pace.reached(start - part.range.start);
            if stopped.is_err() {
                return Ok(());
            }
            start = range(start).end;
            let mut next = Batch::default();
            rayon::in_place_scope(|scope| {
                scope.spawn(|_| next = rows(range(start)));
                table.group(frame(&current)?)
            })?;
            current = next;
        }
        table.end()
    });
    stopped?;
    settle(written, part, &output)?;
    output.finish((end - part.range.start) as u64, Joint::Rows).map(drop)
}

fn settle<T>(outcome: Result<T, Fault>, part: &Part<'_>, output: &Output<'_>) -> Result<T, ManifestError> {
    outcome.map_err(|fault| match fault.of(output) {
        Fault::Refused(cause) => output.refused(cause),
        Fault::Unsupported(reason) => {
            ManifestError::Unsupported { path: part.contents.dataset.path().to_path_buf(), reason }
        }
    })
}

fn frame(rows: &Batch) -> Result<DataFrame, Fault> {
    let numbers = |name: &str, of: fn(Row<'_>) -> f64| {
        Column::from(Series::new(name.into(), rows.rows().map(of).collect::<Vec<f64>>()))
    };
    let repeats = Series::new("repeat".into(), rows.rows().map(|row| row.repeat).collect::<Vec<u32>>());
    let guidance = Series::new("guidance".into(), rows.rows().map(|row| row.guidance).collect::<Vec<Option<f64>>>());
    let mut columns = vec![
        texts(rows, "id", |row| Some(row.id)),
        texts(rows, "source", |row| row.source),
        texts(rows, "decision", |row| Some(row.decision)),
        Column::from(repeats),
        numbers("weight", |row| row.weight),
        numbers("keep_probability", |row| row.keep_probability),
        texts(rows, "reason", |row| Some(row.reason)),
        texts(rows, "seed_id", |row| row.seed_id),
        Column::from(guidance),
        texts(rows, "path", |row| row.path),
        Column::from(Series::new("stage".into(), rows.rows().map(|row| row.stage).collect::<Vec<Option<u32>>>())),
    ];
    for stage in 0..rows.stages {
        let weights: Vec<f64> = rows.rows().filter_map(|row| row.stages.0.get(stage).copied()).collect();
        columns.push(Column::from(Series::new(stages::column(stage + 1).into(), weights)));
    }
    Ok(DataFrame::new(rows.len(), columns)?)
}

fn texts<'b>(rows: &'b Batch, name: &str, of: fn(Row<'b>) -> Option<&'b str>) -> Column {
    StringChunked::from_iter_options(name.into(), rows.rows().map(of)).into_column()
}

/// A Parquet file that grows by row groups.
pub(super) struct Table<'o, 's> {
    writer: BatchedWriter<&'o mut Output<'s>>,
}

impl<'o, 's> Table<'o, 's> {
    /// Begins a table with the columns of `like`, and with the metadata that other tools keep in such files.
    pub(super) fn begin(
        output: &'o mut Output<'s>,
        like: &DataFrame,
        metadata: Vec<(String, String)>,
    ) -> Result<Self, Fault> {
        let metadata = (!metadata.is_empty()).then(|| KeyValueMetadata::from_static(metadata));
        let writer = ParquetWriter::new(output).with_key_value_metadata(metadata).batched(like.schema())?;
        Ok(Self { writer })
    }

    /// Adds a row group; none when there is no row.
    pub(super) fn group(&mut self, mut rows: DataFrame) -> Result<(), Fault> {
        if rows.height() > 0 {
            rows.rechunk_mut();
            self.writer.write_batch(&rows)?;
        }
        Ok(())
    }

    /// Writes the footer.
    pub(super) fn end(self) -> Result<(), Fault> {
        self.writer.finish()?;
        Ok(())
    }
}

/// An opened Parquet file.
pub(super) struct Groups {
    path: std::path::PathBuf,
    /// Where each row group starts and, last, the number of rows.
    pub(super) starts: Vec<usize>,
    /// What other tools keep in the file.
    pub(super) metadata: Vec<(String, String)>,
}

impl Groups {
    /// Reads the footer.
    pub(super) fn open(path: &Path) -> Result<Self, Fault> {
        guarded(|| {
            let mut reader = ParquetReader::new(opened(path)?);
            let found = reader.get_metadata()?;
            let mut starts = vec![0];
            for group in &found.row_groups {
                starts.push(starts[starts.len() - 1] + group.num_rows());
            }
            let pairs = found.key_value_metadata.iter().flatten();
            // The schema of Arrow is written anew, as types may be others.
            let metadata = pairs
                .filter(|pair| pair.key != "ARROW:schema")
                .filter_map(|pair| Some((pair.key.clone(), pair.value.clone()?)));
            Ok(Self { path: path.to_owned(), starts, metadata: metadata.collect() })
        })
    }

    /// The rows of a range.
    pub(super) fn rows(&self, range: Range<usize>) -> Result<DataFrame, Fault> {
        guarded(|| {
            let reader = ParquetReader::new(opened(&self.path)?);
            Ok(reader.with_slice(Some((range.start, range.len()))).finish()?)
        })
    }
}

fn opened(path: &Path) -> Result<File, Fault> {
    File::open(path).map_err(|cause| Fault::Unsupported(format!("{} cannot be read: {cause}", path.display())))
}

/// The rows of a frame at these places, in this order.
pub(super) fn taken(frame: &DataFrame, places: Vec<u32>) -> Result<DataFrame, Fault> {
    Ok(frame.take(&IdxCa::from_vec("".into(), places))?)
}

/// Writes the kept rows of one file of a Parquet dataset: `kept` names each row, as often as it is kept, ascending; then those of
/// `appended`, ascending, with what is new in them, in row groups of their own.
pub(super) fn write_kept(
    part: &Part<'_>,
    groups: &Groups,
    (kept, appended): (&[u32], &[(u32, Option<New>)]),
    mut output: Output<'_>,
) -> Result<(), ManifestError> {
    let mut stopped = Ok(());
    let written = guarded(|| {
        let like = groups.rows(0..0)?;
        let mut table = Table::begin(&mut output, &like, groups.metadata.clone())?;
        let (rows, new): (Vec<u32>, Vec<Option<New>>) = appended.iter().cloned().unzip();
        let both = [(kept, &[][..]), (&rows, &new)];
        for ((rows, new), ends) in
            both.into_iter().flat_map(|rows| groups.starts.windows(2).map(move |ends| (rows, ends)))
        {
            stopped = part.pace.go_on();
            if stopped.is_err() {
                return Ok(());
            }
            let before = |end: usize| rows.partition_point(|&row| (row as usize) < end);
            let inside = before(ends[0])..before(ends[1]);
            if !inside.is_empty() {
                let places = rows[inside.clone()].iter().map(|&row| row - ends[0] as u32).collect();
                let taken = taken(&groups.rows(ends[0]..ends[1])?, places)?;
                table.group(new::renewed(taken, new.get(inside).unwrap_or_default(), part.contents.dataset)?)?;
            }
        }
        table.end()
    });
    stopped?;
    settle(written, part, &output)?;
    output.finish((kept.len() + appended.len()) as u64, Joint::RowGroups).map(drop)
}
