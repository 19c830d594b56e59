//! From the words of a command line to its arguments, with advice where clap has none.
//!
//! Invariant: what clap takes is taken as it is; only its refusals are put in other words.

use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser};

use super::Arguments;
use crate::nearest::nearest;

/// Takes the program's arguments; refuses with a message and exit code 2.
#[must_use]
pub fn parse() -> Arguments {
    let words: Vec<String> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    Arguments::try_parse().unwrap_or_else(|error| match advice(&error, &words, &|path| Path::new(path).exists()) {
        Some(advice) => Arguments::command().error(error.kind(), advice).exit(),
        None => error.exit(),
    })
}

/// What was meant by words that clap refuses: a misspelt command, or one dataset in many files.
fn advice(error: &clap::Error, words: &[String], exists: &dyn Fn(&str) -> bool) -> Option<String> {
    let refused = refused(error)?;
    let command = Arguments::command();
    let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    let first = words.first().map_or("", String::as_str);
    let is_name = names.contains(&first) || first == "help";
    if !is_name && !first.starts_with('-') && !exists(first) {
        let meant = nearest(first, names.iter().copied())?;
        return Some(format!("there is no command '{first}'; did you mean '{meant}'?"));
    }
    (!refused.starts_with('-') && exists(refused)).then(|| one_dataset(refused))
}

/// The word that clap stumbled over.
fn refused(error: &clap::Error) -> Option<&str> {
    let kind = match error.kind() {
        ErrorKind::UnknownArgument => ContextKind::InvalidArg,
        ErrorKind::ArgumentConflict | ErrorKind::InvalidSubcommand => ContextKind::InvalidSubcommand,
        _ => return None,
    };
    match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word),
        _ => None,
    }
}

/// How several files are named as one dataset.
fn one_dataset(file: &str) -> String {
    let path = Path::new(file);
    let folder = path.parent().map(Path::display).map(|folder| folder.to_string()).filter(|folder| !folder.is_empty());
    let pattern = match path.extension() {
        Some(extension) => format!("*.{}", extension.display()),
        None => "*".to_owned(),
    };
    let pattern = folder.as_ref().map_or_else(|| pattern.clone(), |folder| format!("{folder}/{pattern}"));
    let folder = folder.unwrap_or_else(|| ".".to_owned());
    format!(
        "one dataset is named at a time, and '{file}' is a second one; where the shell has put files in a pattern's place, \
         quote the pattern ('{pattern}'), or name the folder ({folder})"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unquoted_pattern_and_a_misspelt_command_are_told_as_such() {
        let there = ["s1.jsonl", "s2.jsonl", "one.json", "d/a.csv", "d/b.csv"];
        let cases = [
            ("s1.jsonl s2.jsonl", Some("quote the pattern ('*.jsonl'), or name the folder (.)")),
            ("stats s1.jsonl s2.jsonl", Some("quote the pattern ('*.jsonl'), or name the folder (.)")),
            ("stats d/a.csv d/b.csv --top 3", Some("quote the pattern ('d/*.csv'), or name the folder (d)")),
            ("sttas one.json", Some("there is no command 'sttas'; did you mean 'stats'?")),
            ("stats one.json --tpo 3", None),
            ("one.json absent.json", None),
        ];
        for (line, expected) in cases {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let error =
                Arguments::try_parse_from(std::iter::once("fantail".to_owned()).chain(words.clone())).unwrap_err();
            let told = advice(&error, &words, &|path| there.contains(&path));
            match (expected, &told) {
                (Some(expected), Some(told)) => assert!(told.contains(expected), "{line}: {told}"),
                (expected, told) => assert_eq!(expected, told.as_deref(), "{line}"),
            }
        }
    }
}
