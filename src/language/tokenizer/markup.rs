//! Owns the recognition of what stands in a text but is not language: placeholders of images, chat
//! template marks, HTML tags, boxes of coordinates; and of web addresses.
//!
//! Invariant: looks ahead a bounded number of bytes, so a text full of `<` is still read in linear time.

/// How far a tag or box is followed.
const REACH: usize = 160;

/// Where the markup that begins at `at` ends; `None` where there is none.
pub(super) fn skip(text: &str, at: usize) -> Option<usize> {
    let bytes = &text.as_bytes()[at..text.len().min(at + REACH)];
    let length = match bytes.first()? {
        b'<' => tag(bytes),
        b'[' => bracket(bytes),
        _ => None,
    }?;
    Some(at + length)
}

/// `<image>`, `</s>`, `<|im_end|>`, `<br />`, `<box>`; not `<` alone, not `<name@host>`.
fn tag(bytes: &[u8]) -> Option<usize> {
    let second = *bytes.get(1)?;
    if !second.is_ascii_alphabetic() && !matches!(second, b'/' | b'|' | b'!') {
        return None;
    }
    let close = bytes.iter().position(|byte| matches!(byte, b'>' | b'\n' | b'@'))?;
    let stray = bytes[1..close].contains(&b'<') || bytes[close] != b'>';
    (!stray).then_some(close + 1)
}

/// `[INST]`, `[/INST]`, `[0.1, 0.25, 0.5, 0.75]`; not `[sic]`.
fn bracket(bytes: &[u8]) -> Option<usize> {
    let close = bytes.iter().position(|byte| *byte == b']')?;
    let inside = &bytes[1..close];
    let capitals = inside.iter().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'/' | b'_'));
    let numbers =
        inside.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b' ' | b'-' | b';' | b'['));
    let inner = inside.len() > 1 && (capitals || numbers && inside.contains(&b','));
    let doubled = bytes.get(close + 1) == Some(&b']') && inside.first() == Some(&b'[');
    inner.then_some(close + 1 + usize::from(doubled))
}

/// Where the web address, mail address or file name that begins at `at` ends; `None` where the run of
/// characters up to the next white space is none.
pub(super) fn address(text: &str, at: usize) -> Option<usize> {
    let rest = &text.as_bytes()[at..];
    let run = rest
        .iter()
        .take(2048)
        .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'<' | b'>' | b'"' | b',' | b'|' | b'(' | b')'))
        .unwrap_or(rest.len().min(2048));
    let run = trimmed(&rest[..run]);
    let scheme = memchr::memmem::find(run, b"://").is_some_and(|index| index > 2);
    let host = run.len() > 5 && run[..4].eq_ignore_ascii_case(b"www.");
    let found = scheme || host || is_mail(run) || is_file(run);
    (found && text.is_char_boundary(at + run.len())).then_some(at + run.len())
}

fn trimmed(run: &[u8]) -> &[u8] {
    let last =
        run.iter().rposition(|byte| !matches!(byte, b'.' | b',' | b'?' | b'!' | b';' | b':' | b'\'' | b')' | b']'));
    &run[..last.map_or(0, |last| last + 1)]
}

fn is_mail(run: &[u8]) -> bool {
    let Some(sign) = memchr::memchr(b'@', run) else {
        return false;
    };
    sign > 0 && run.get(sign + 1).is_some_and(u8::is_ascii_alphanumeric)
}

/// `name.ending`, the ending known; letters, digits and `._-/` before it.
fn is_file(run: &[u8]) -> bool {
    let Some(dot) = memchr::memrchr(b'.', run) else {
        return false;
    };
    let ending = run[dot + 1..].split(|byte| *byte == b'/').next().unwrap_or_default();
    let plain = run[..dot].iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    plain && dot > 0 && ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known.as_bytes()))
}

const ENDINGS: [&str; 30] = [
    "com", "org", "net", "edu", "gov", "io", "uk", "de", "co", "info", "biz", "tv", "html", "htm", "php", "asp", "jpg",
    "jpeg", "png", "gif", "webp", "pdf", "doc", "docx", "txt", "csv", "json", "mp4", "zip", "xls",
];
