//! Replacing a file keeps its permissions, and a check before the work still holds after it.
#![cfg(unix)]

use densely::{Error, Identity, Mlp, atomic_file::check_can_write};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

fn net() -> Mlp<f32> {
    Mlp::builder(2).dense(1, Identity).build().unwrap()
}

/// Checks the path, then saves, and loads the file.
fn save(path: &Path) {
    check_can_write(path).unwrap();
    net().save(path).unwrap();
    assert_eq!(Mlp::<f32>::load(path).unwrap().to_bytes().unwrap(), net().to_bytes().unwrap());
}

#[test]
fn permissions_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.safetensors");
    for mode in [0o600, 0o640, 0o664] {
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        save(&path);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode);
    }
}

#[test]
fn links_stay_links() {
    let folder = tempfile::tempdir().unwrap();
    let (link, second, target) =
        (folder.path().join("link"), folder.path().join("second"), folder.path().join("to/m"));
    fs::create_dir(folder.path().join("to")).unwrap();
    symlink("second", &link).unwrap();
    symlink("to/m", &second).unwrap();
    // The first time there is no file, the second time there is one.
    for _ in 0..2 {
        save(&link);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::symlink_metadata(&second).unwrap().is_symlink());
        assert!(fs::symlink_metadata(&target).unwrap().is_file());
    }
    let endless = folder.path().join("endless");
    symlink("endless", &endless).unwrap();
    assert!(check_can_write(&endless).is_err() && net().save(&endless).is_err());
}

#[test]
fn long_names_are_names() {
    let folder = tempfile::tempdir().unwrap();
    save(&folder.path().join("n".repeat(255)));
    save(&folder.path().join("ü".repeat(127)));
    assert!(check_can_write(folder.path().join("n".repeat(256))).is_err());
}

#[test]
fn nothing_is_left_behind_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.safetensors");
    save(&path);
    let mut broken = net();
    broken.layers_mut()[0].weights_mut().fill(f32::NAN);
    assert!(matches!(broken.save(&path), Err(Error::NotFinite { .. })));
    assert!(matches!(broken.save_state_dict(&path), Err(Error::NotFinite { .. })));
    Mlp::<f32>::load(&path).unwrap();
    check_can_write(folder.path().join("new")).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(check_can_write(folder.path()).is_err());
}
