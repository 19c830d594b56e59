//! The safetensors file format: eight bytes of length, a JSON header, then the numbers.
//!
//! Invariant: offsets are checked before anything is read through them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::{Map, Value, json};
use tch::{Kind, Tensor};

use super::HOST;
use crate::torch::error::TorchError;

/// Tensors by name, and the text metadata.
pub type Contents = (BTreeMap<String, Tensor>, BTreeMap<String, String>);

const LONGEST_HEADER: usize = 64 << 20;

/// Writes tensors atomically.
///
/// # Errors
/// The file cannot be written, or a tensor is of a kind that is never saved.
pub fn write(path: &Path, tensors: &[(String, Tensor)], metadata: &BTreeMap<String, String>) -> Result<(), TorchError> {
    let mut header = Map::new();
    header.insert("__metadata__".to_owned(), json!(metadata));
    let mut offset = 0;
    for (name, tensor) in tensors {
        let (kind, width) = kind_name(tensor.kind())
            .ok_or_else(|| TorchError::checkpoint(path, format!("{name}: kind is not saved")))?;
        let end = offset + tensor.numel() * width;
        header.insert(name.clone(), json!({"dtype": kind, "shape": tensor.size(), "data_offsets": [offset, end]}));
        offset = end;
    }
    let mut text = Value::Object(header).to_string();
    text.push_str(&" ".repeat(text.len().next_multiple_of(8) - text.len()));
    let temporary = path.with_extension("partial");
    let write_all = || -> std::io::Result<()> {
        let mut file = BufWriter::new(File::create(&temporary)?);
        file.write_all(&(text.len() as u64).to_le_bytes())?;
        file.write_all(text.as_bytes())?;
        for (_, tensor) in tensors {
            file.write_all(&bytes(tensor))?;
        }
        file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&temporary, path)
    };
    write_all().map_err(|error| TorchError::file(path, error))
}

/// Reads a whole file.
///
/// # Errors
/// The file cannot be read or does not hold what its header says.
pub fn read(path: &Path) -> Result<Contents, TorchError> {
    let data = fs::read(path).map_err(|error| TorchError::file(path, error))?;
    parse(&data).map_err(|reason| TorchError::checkpoint(path, reason))
}

fn parse(data: &[u8]) -> Result<Contents, String> {
    let length = data.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes) as usize).ok_or("it is too short")?;
    let end = length
        .checked_add(8)
        .filter(|&end| length <= LONGEST_HEADER && end <= data.len())
        .ok_or("its header is cut off")?;
    let header: Map<String, Value> = serde_json::from_slice(&data[8..end]).map_err(|error| error.to_string())?;
    let body = &data[end..];
    let (mut tensors, mut metadata) = (BTreeMap::new(), BTreeMap::new());
    for (name, value) in header {
        if name == "__metadata__" {
            metadata = serde_json::from_value(value).map_err(|error| error.to_string())?;
        } else {
            let tensor = tensor(&value, body).ok_or_else(|| format!("{name} does not fit the file"))?;
            tensors.insert(name, tensor);
        }
    }
    Ok((tensors, metadata))
}

fn tensor(value: &Value, body: &[u8]) -> Option<Tensor> {
    let shape: Vec<i64> = serde_json::from_value(value.get("shape")?.clone()).ok()?;
    let [from, to]: [usize; 2] = serde_json::from_value(value.get("data_offsets")?.clone()).ok()?;
    let (kind, width) = kind_of(value.get("dtype")?.as_str()?)?;
    let count = shape.iter().try_fold(1_usize, |count, &side| count.checked_mul(usize::try_from(side).ok()?))?;
    let bytes = body.get(from..to).filter(|bytes| count.checked_mul(width) == Some(bytes.len()))?;
    Some(Tensor::from_data_size(bytes, &shape, kind))
}

fn kind_name(kind: Kind) -> Option<(&'static str, usize)> {
    match kind {
        Kind::Float => Some(("F32", 4)),
        Kind::Int64 => Some(("I64", 8)),
        Kind::Uint8 => Some(("U8", 1)),
        _ => None,
    }
}

fn kind_of(name: &str) -> Option<(Kind, usize)> {
    [Kind::Float, Kind::Int64, Kind::Uint8]
        .into_iter()
        .find_map(|kind| kind_name(kind).filter(|(known, _)| *known == name).map(|(_, width)| (kind, width)))
}

fn bytes(tensor: &Tensor) -> Vec<u8> {
    let tensor = tensor.detach().to_device(HOST).contiguous();
    let count = tensor.numel();
    let mut bytes = vec![0; count * kind_name(tensor.kind()).map_or(0, |(_, width)| width)];
    tensor.copy_data_u8(&mut bytes, count);
    bytes
}
