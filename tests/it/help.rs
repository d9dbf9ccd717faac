//! The help texts, and `docs/cli.md` that is made of them.

use std::fs;
use std::path::Path;

use fraudctl::cli::reference;

use crate::support::fraudctl;

/// Set to write the file instead of comparing it.
const UPDATE: &str = "FRAUDCTL_UPDATE_DOCS";

#[test]
fn the_reference_is_what_the_help_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    let expected = reference::markdown();
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&path, &expected).expect("docs/cli.md is written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "docs/cli.md is out of date: run the tests once with {UPDATE}=1");
}

#[test]
fn help_and_version_are_data_and_a_wrong_flag_is_not() {
    let help = fraudctl(["--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (0, ""));
    for command in
        ["simulate", "prep", "train", "evaluate", "predict", "explain", "load", "serve", "produce", "consume"]
    {
        assert!(help.stdout.contains(command), "{command}");
    }
    assert!(fraudctl(["--version"]).stdout.starts_with("fraudctl "));
    let wrong = fraudctl(["prep", "--fast"]);
    assert_eq!((wrong.code, wrong.stdout.as_str()), (2, ""));
    assert!(wrong.stderr.contains("--fast"), "{}", wrong.stderr);
}

#[test]
fn switches_can_be_set_by_a_variable() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_fraudctl"))
        .args(["evaluate", "nowhere"])
        .env("FRAUDCTL_QUIET", "1")
        .env("FRAUDCTL_JSON", "0")
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
}
