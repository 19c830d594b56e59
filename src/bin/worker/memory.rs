//! How much memory a device has, and how much of it is in use.
//!
//! Invariant: what cannot be found out is `None` or 0, never a guess; nothing here touches libtorch.

use std::process::{Command, Stdio};

use fantail::job::worker::Device;

/// Memory in use and in all, in bytes: of the GPU, or of this process on the machine.
pub fn in_use(device: &Device) -> Option<(u64, u64)> {
    match gpu_number(&device.name) {
        Some(number) => {
            let card = card(number)?;
            Some((card.total - card.free.min(card.total), card.total))
        }
        None => Some((resident()?, machine("MemTotal:")?)),
    }
}

/// The number of `cuda:N`.
pub fn gpu_number(name: &str) -> Option<usize> {
    name.strip_prefix("cuda:")?.parse().ok()
}

/// A graphics card.
pub struct Card {
    /// Its model.
    pub model: String,
    /// Bytes in all.
    pub total: u64,
    /// Bytes free.
    pub free: u64,
}

/// What the driver's own tool says of a card.
pub fn card(number: usize) -> Option<Card> {
    let output = Command::new("nvidia-smi")
        .args(["--query-gpu=name,memory.total,memory.free", "--format=csv,noheader,nounits", "--id"])
        .arg(number.to_string())
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    read_card(&String::from_utf8(output.stdout).ok()?)
}

/// Reads `NVIDIA H200, 143771, 143156`.
fn read_card(text: &str) -> Option<Card> {
    let mut fields = text.lines().next()?.rsplitn(3, ',').map(str::trim);
    let mut mebibytes = || fields.next()?.parse::<u64>().ok().map(|count| count << 20);
    let (free, total) = (mebibytes()?, mebibytes()?);
    Some(Card { model: fields.next()?.to_owned(), total, free })
}

/// A figure of the machine's memory in bytes: `MemTotal:`, `MemAvailable:`.
pub fn machine(name: &str) -> Option<u64> {
    kibibytes(&std::fs::read_to_string("/proc/meminfo").ok()?, name)
}

/// What this process holds, in bytes.
fn resident() -> Option<u64> {
    kibibytes(&std::fs::read_to_string("/proc/self/status").ok()?, "VmRSS:")
}

fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse::<u64>().ok().map(|count| count << 10)
}

/// The processor's model.
pub fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    model.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, model)| model.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_read_from_the_drivers_line() {
        let card = read_card("NVIDIA H100 80GB HBM3, 81559, 81042\n").unwrap();
        assert_eq!((card.model.as_str(), card.total >> 20, card.free >> 20), ("NVIDIA H100 80GB HBM3", 81_559, 81_042));
        assert!(read_card("No devices were found\n").is_none());
        assert!(read_card("").is_none());
    }

    #[test]
    fn memory_is_read_in_bytes() {
        let text = "MemTotal:       24576 kB\nMemFree:  1 kB\n";
        assert_eq!(kibibytes(text, "MemTotal:"), Some(24_576 << 10));
        assert_eq!(kibibytes(text, "MemNone:"), None);
    }
}
