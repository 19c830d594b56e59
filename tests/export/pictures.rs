//! Folders of pictures: every one has a name of its own, is on the disk, and is asked after.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;

use fantail::entity::Perspective;
use fantail::manifest::{ManifestError, Shard, Target};
use fantail::recipe::{ManifestFormat, Override, OverrideAction, Pictures, PolicyName, Recipe};
use tempfile::{TempDir, tempdir};

use crate::faults::Meddler;
use crate::shards::in_shards;
use crate::{Impatient, album, bytes_below, loaded, planned, recipe, write, write_with};

/// A rare class of these pictures, each of which says its own name, beside a common one of 60.
fn rare(folder: &TempDir, names: &[&str]) -> PathBuf {
    let root = album(folder, &[("cat", 60)]);
    fs::create_dir(root.join("ibis")).unwrap();
    for name in names {
        fs::write(root.join("ibis").join(name), name).unwrap();
    }
    root
}

/// Every picture of the rare class, so many times.
fn repeating(times: usize, pictures: usize, images: Pictures) -> Recipe {
    let mut recipe = recipe(PolicyName::None, &[ManifestFormat::Native]);
    let floor = OverrideAction::Floor((times * pictures) as u32);
    recipe.rebalance.overrides.push(Override::new(Perspective::Label, "ibis", floor));
    recipe.export.images = images;
    recipe
}

/// How often each picture is in the folder, by what it says or where it leads to.
fn origins(folder: &Path) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for (_, bytes) in bytes_below(&folder.join("ibis")) {
        let text = String::from_utf8(bytes).unwrap();
        let name = text.rsplit('/').next().unwrap().to_owned();
        *found.entry(name).or_default() += 1;
    }
    found
}

#[test]
fn repeated_pictures_never_take_the_name_of_another() {
    let cases: [&[&str]; 4] = [
        &["a.png", "a-.png", "a-2.png", "a-3.png", "a--2.png"],
        &["a.png", "a--.png", "a---3.png", "a-2.png"],
        &["7.png", "7-7.png", "7-7-2.png", "7.jpg", "7-2.jpg"],
        &["-.png", "--2.png", "-2.png", "2.png"],
    ];
    for (names, images) in cases.into_iter().flat_map(|names| [(names, Pictures::Copies), (names, Pictures::Links)]) {
        let folder = tempdir().unwrap();
        let root = rare(&folder, names);
        let recipe = repeating(3, names.len(), images);
        let data = loaded(&root, &recipe);
        let plan = planned(&data, &recipe);
        let told = write(&data, &recipe, &folder.path().join("whole"));
        let wanted: BTreeMap<String, usize> = (60..)
            .zip({
                let mut names = names.to_vec();
                names.sort_unstable();
                names
            })
            .map(|(number, name)| (name.to_owned(), plan.repeat(number) as usize))
            .collect();
        assert!(wanted.values().sum::<usize>() > names.len() * 2, "{wanted:?}");
        assert_eq!(origins(&told.files[0].path), wanted, "{names:?} {images:?}");
        assert_eq!(bytes_below(&told.files[0].path).len() as u64, told.files[0].rows);
        let merged = in_shards(&root, &recipe, (4, folder.path()));
        assert!(bytes_below(&merged) == bytes_below(&folder.path().join("whole")), "{names:?} {images:?}");
    }
}

#[test]
fn a_picture_that_is_gone_is_a_fault_of_the_dataset_and_named() {
    let folder = tempdir().unwrap();
    let root = album(&folder, &[("cat", 9), ("dog", 4)]);
    for images in [Pictures::Copies, Pictures::Links] {
        let mut recipe = recipe(PolicyName::None, &[ManifestFormat::Native]);
        recipe.export.images = images;
        let data = loaded(&root, &recipe);
        let away = root.join("dog/2.jpg");
        let out = folder.path().join(format!("{images:?}"));
        let meddler = Meddler::after(3, || fs::rename(&away, folder.path().join("away")).unwrap());
        let error = write_with((&data, &recipe), Shard::WHOLE, &Target::new(&out), &meddler).unwrap_err();
        assert!(error.exit_code() == 3 && error.to_string().contains("dog/2.jpg"), "{error}");
        fs::rename(folder.path().join("away"), &away).unwrap();
    }
}

#[test]
fn each_picture_is_asked_after_and_a_stopped_folder_goes_on_behind_its_last_checkpoint() {
    let folder = tempdir().unwrap();
    let root = album(&folder, &[("cat", 40), ("dog", 20)]);
    for images in [Pictures::Copies, Pictures::Links] {
        let mut recipe = repeating(3, 20, images);
        recipe.rebalance.overrides[0].entity = Override::new(Perspective::Label, "dog", OverrideAction::Pin).entity;
        let data = loaded(&root, &recipe);
        let whole = folder.path().join(format!("whole {images:?}"));
        write(&data, &recipe, &whole);
        let out = folder.path().join(format!("out {images:?}"));
        let target = Target { resume: true, step: 5 * 4096, ..Target::new(&out) };
        let mut stops = 0;
        loop {
            // Ten pictures at a time: it comes to its end only where the next run does not begin anew.
            match write_with((&data, &recipe), Shard::WHOLE, &target, &Impatient(AtomicUsize::new(10))) {
                Ok(_) => break,
                Err(error) => assert!(matches!(error, ManifestError::Cancelled), "{error}"),
            }
            stops += 1;
            assert!(stops < 40, "it does not come further");
        }
        assert!(stops > 5, "{stops}");
        assert!(bytes_below(&out) == bytes_below(&whole), "{images:?}");
    }
}
