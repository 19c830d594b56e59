//! Tables of decisions and arrays for samplers.

use std::fs;

use fantail::plan;
use fantail::recipe::{ManifestFormat, PolicyName};
use polars::prelude::{ParquetReader, SerReader};
use serde_json::Value;
use tempfile::tempdir;

use crate::{array, bytes_below, loaded, planned, recipe, write};

const TABLES: &[ManifestFormat] = &[
    ManifestFormat::Parquet,
    ManifestFormat::Jsonl,
    ManifestFormat::Csv,
    ManifestFormat::Weights,
    ManifestFormat::Indices,
];

/// The elements of a `.npy` array, as bytes, after a header that names their type and number.
fn elements(bytes: &[u8], kind: &str) -> Vec<[u8; 8]> {
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    assert_eq!((10 + length) % 64, 0);
    let header = std::str::from_utf8(&bytes[10..10 + length]).unwrap();
    let found: Vec<[u8; 8]> = bytes[10 + length..].chunks(8).map(|chunk| chunk.try_into().unwrap()).collect();
    let told = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({},), }}", found.len());
    assert_eq!(header.trim_end(), told);
    found
}

#[test]
fn a_row_says_what_happens_to_an_instance_and_why() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("llava.json");
    fs::write(&path, array(0..80).replacen("[\n", "[\n{\"id\": \"x\", \"conversations\": 5},\n", 1)).unwrap();
    let recipe = recipe(PolicyName::Adr, TABLES);
    let data = loaded(&path, &recipe);
    let out = folder.path().join("out");
    let told = write(&data, &recipe, &out);
    let rows: Vec<u64> = told.files.iter().map(|file| file.rows).collect();
    assert_eq!(rows, [80, 80, 80, 81, told.tally.after, 0, 0]);

    let text = fs::read_to_string(out.join("decisions.jsonl")).unwrap();
    let objects: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (number, row) in objects.iter().enumerate() {
        let why = plan::explain(&data.index, &recipe, number).unwrap().unwrap();
        assert_eq!(row["id"], format!("r{number}"));
        assert_eq!(row["decision"], if why.repeat > 0 { "keep" } else { "drop" });
        assert_eq!((row["repeat"].as_u64(), row["weight"].as_f64()), (Some(u64::from(why.repeat)), Some(why.weight)));
        assert_eq!((&row["path"], &row["source"]), (&format!("{number}.jpg").into(), &"llava.json".into()));
        assert!(row["reason"].as_str().unwrap().starts_with("adr: "), "{row}");
        assert!(row["seed_id"].is_null() && row["guidance"].is_null());
    }

    let csv = fs::read_to_string(out.join("decisions.csv")).unwrap();
    assert!(csv.starts_with(
        "id,source,decision,repeat,weight,keep_probability,reason,seed_id,guidance,path,stage\nr0,llava.json,"
    ));
    assert_eq!(csv.lines().count(), 81);

    let frame = ParquetReader::new(fs::File::open(out.join("decisions.parquet")).unwrap()).finish().unwrap();
    let names: Vec<String> = frame.get_column_names().iter().map(ToString::to_string).collect();
    assert_eq!(names.join(","), csv.lines().next().unwrap());
    let repeats: u64 = frame.column("repeat").unwrap().u32().unwrap().iter().flatten().map(u64::from).sum();
    assert_eq!((frame.height(), repeats), (80, told.tally.after));
    for (text, object) in frame.column("reason").unwrap().str().unwrap().iter().zip(&objects) {
        assert_eq!(text, object["reason"].as_str());
    }
}

#[test]
fn arrays_stand_in_the_rows_of_the_source() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("list.txt");
    let lines: Vec<String> = (0..40)
        .map(|row| if row == 3 { "nothing".to_owned() } else { format!("{row}.jpg {}", usize::from(row >= 35)) })
        .collect();
    fs::write(&path, lines.join("\n")).unwrap();
    let recipe = recipe(PolicyName::Uniform, TABLES);
    let data = loaded(&path, &recipe);
    assert_eq!((data.dataset.len(), data.dataset.rows()), (39, 40));
    let out = folder.path().join("out");
    write(&data, &recipe, &out);
    let files = bytes_below(&out);
    let weights: Vec<f64> =
        elements(&files[std::path::Path::new("weights.npy")], "<f8").into_iter().map(f64::from_le_bytes).collect();
    assert_eq!(weights.len(), 40);
    assert!(weights[3].abs() < f64::EPSILON, "what could not be used weighs nothing");
    assert!((weights[0] - 39.0 / 2.0 / 34.0).abs() < 1e-9 && (weights[39] - 39.0 / 2.0 / 5.0).abs() < 1e-9);
    let indices: Vec<i64> =
        elements(&files[std::path::Path::new("indices.npy")], "<i8").into_iter().map(i64::from_le_bytes).collect();
    let plan = planned(&data, &recipe);
    let wanted: Vec<i64> = (0..39)
        .flat_map(|number| {
            let row = i32::try_from(if number < 3 { number } else { number + 1 }).unwrap();
            std::iter::repeat_n(i64::from(row), plan.repeat(number) as usize)
        })
        .collect();
    assert_eq!(indices, wanted);
}
