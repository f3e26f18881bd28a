//! edit-apply built without its journal, to see that the sweeps of kills would
//! notice. Only this crate and its library are compiled anew; what they rest
//! on is taken from the build that the tests belong to.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Builds the tool in a directory, and returns where it is.
pub fn build(out: &Path) -> PathBuf {
    let artifacts = artifacts();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = std::fs::read_to_string(root.join("Cargo.toml"));
    let manifest = manifest.expect("the manifest");
    let externs = externs(&manifest, &artifacts);
    let library = out.join("libtornkit.rlib");
    compile(
        &root.join("src/lib.rs"),
        &["--crate-name=tornkit", "--crate-type=rlib"],
        &externs,
        &library,
    );
    let tool = out.join("edit-apply");
    let own = format!("--extern=tornkit={}", library.display());
    let all: Vec<String> = externs.into_iter().chain([own]).collect();
    let main = root.join("src/bin/edit-apply/main.rs");
    compile(&main, &["--crate-name=edit_apply"], &all, &tool);
    tool
}

/// What the tests' own build has made, as cargo tells it.
fn artifacts() -> Vec<Value> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--offline", "--quiet", "--bin=edit-apply"]);
    cargo.args(["--message-format=json", "--target-dir"]);
    cargo.arg(target.expect("the build directory"));
    cargo.args((!cfg!(debug_assertions)).then_some("--release"));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    let ran = cargo.output().expect("cargo runs");
    assert!(ran.status.success(), "{ran:?}");
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// The flags by which the crates that the manifest names are found.
fn externs(manifest: &str, artifacts: &[Value]) -> Vec<String> {
    let lines = manifest.lines().skip_while(|l| *l != "[dependencies]").skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    let names = lines.filter_map(|line| Some(line.split_once(" = ")?.0));
    let mut flags = Vec::new();
    for name in names {
        let name = name.replace('-', "_");
        let libraries: Vec<&str> = artifacts
            .iter()
            .filter(|it| it["target"]["name"] == *name)
            .flat_map(|it| it["filenames"].as_array())
            .flatten()
            .filter_map(Value::as_str)
            .filter(|file| file.ends_with(".rlib"))
            .collect();
        let [library] = libraries[..] else {
            panic!("{name} was built as {libraries:?}");
        };
        let within = Path::new(library).parent().expect("a directory");
        flags.push(format!("--extern={name}={library}"));
        flags.push(format!("-Ldependency={}", within.display()));
    }
    flags
}

fn compile(source: &Path, kind: &[&str], externs: &[String], out: &Path) {
    let ran = Command::new("rustc")
        .args(["--edition=2024", "--cap-lints=allow", "-Cdebug-assertions=on"])
        .arg("--cfg=tornkit_unprotected")
        .args(kind)
        .args(externs)
        .arg("-o")
        .args([out, source])
        .env("CARGO_PKG_NAME", env!("CARGO_PKG_NAME"))
        .env("CARGO_PKG_VERSION", env!("CARGO_PKG_VERSION"))
        .output()
        .expect("rustc runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}
