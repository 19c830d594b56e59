//! Folders with empty files stand for workers and libtorchs.
//!
//! Invariant: nothing of this machine is looked at.

use super::*;

/// A folder with these empty files.
fn folder(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "").unwrap();
    }
    folder
}

#[test]
fn a_command_is_split_as_a_shell_would() {
    let split = |text| surroundings::words(text).unwrap().join("|");
    assert_eq!(split("ssh  host fantail-worker"), "ssh|host|fantail-worker");
    assert_eq!(split(r#"sh -c 'cd "a b" && x' "it's" \ y"#), r#"sh|-c|cd "a b" && x|it's| y"#);
    assert_eq!(split("a ''"), "a|");
    assert_eq!(surroundings::words("a 'b"), None);
}

#[test]
fn the_worker_beside_this_program_goes_before_that_on_the_path() {
    let (beside, path) = (folder(&["fantail-worker"]), folder(&["fantail-worker"]));
    let mut around = Surroundings { path: vec![path.path().into()], ..Surroundings::default() };
    let place = |around: &Surroundings| find(&Choice::default(), around).map(|found| found.place);
    assert_eq!(place(&around), Ok(Place::Path));
    around.beside = Some(beside.path().into());
    assert_eq!(place(&around), Ok(Place::Beside));
    around = Surroundings { beside: Some("/nowhere".into()), ..Surroundings::default() };
    let error = place(&around).unwrap_err();
    assert!(error.to_string().contains("/nowhere") && error.next().contains("make build"), "{error}");
}

#[test]
fn the_python_with_cuda_wins_only_where_there_is_a_gpu() {
    let slim = folder(&["lib/libtorch_cpu.so"]);
    let python = folder(&["lib/libtorch_cpu.so", "lib/libtorch_cuda.so"]);
    let worker = folder(&["fantail-worker"]);
    let mut around = Surroundings {
        beside: Some(worker.path().into()),
        provisioned: Some(slim.path().into()),
        python: Some(("2.11.0+cu130".into(), python.path().into())),
        ..Surroundings::default()
    };
    let origin = |around: &Surroundings| find(&Choice::default(), around).unwrap().libtorch.map(|found| found.origin);
    assert_eq!(origin(&around), Some(Origin::Provisioned));
    around.gpu = true;
    assert_eq!(origin(&around), Some(Origin::Python));
    around.python = Some(("2.1.0".into(), python.path().into()));
    assert_eq!(origin(&around), Some(Origin::Provisioned), "another release is of no use");
    around.provisioned = None;
    assert_eq!(origin(&around), None, "then it runs on what it was built with");
}

#[test]
fn a_named_libtorch_is_taken_or_refused() {
    let (named, worker) = (folder(&["libtorch_cpu.so"]), folder(&["fantail-worker"]));
    let around = Surroundings {
        beside: Some(worker.path().into()),
        library_path: Some("/before".into()),
        ..Surroundings::default()
    };
    let choice = |folder: &Path| Choice { libtorch: Some(folder.into()), ..Choice::default() };
    let found = find(&choice(named.path()), &around).unwrap();
    let path = format!("{}:/before", named.path().display());
    assert_eq!(found.launch.environment, [("LD_LIBRARY_PATH".into(), OsString::from(path))]);
    let error = find(&choice(worker.path()), &around).unwrap_err().to_string();
    assert!(error.contains("no libtorch_cpu.so"), "{error}");
    let old = folder(&["lib/libtorch_cpu.so"]);
    std::fs::write(old.path().join("build-version"), "2.9.1+cpu\n").unwrap();
    let error = find(&choice(old.path()), &around).unwrap_err().to_string();
    assert!(error.contains("2.9.1+cpu") && error.contains("2.11"), "{error}");
}

#[test]
fn a_command_for_another_machine_gets_no_folder_of_this_one() {
    let slim = folder(&["lib/libtorch_cpu.so"]);
    let around = Surroundings { provisioned: Some(slim.path().into()), ..Surroundings::default() };
    let choice = Choice { worker: Some("ssh host fantail-worker".into()), ..Choice::default() };
    let found = find(&choice, &around).unwrap();
    assert_eq!((found.launch.to_string().as_str(), found.libtorch), ("ssh host fantail-worker", None));
    assert!(found.launch.environment.is_empty());
}
