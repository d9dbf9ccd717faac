//! The binary: parse, run, exit code; everything else is the library's.

use std::process::ExitCode;

use fraudctl::cli::{self, Ui};

fn main() -> ExitCode {
    ExitCode::from(cli::run(std::env::args_os(), &mut Ui::terminal()))
}
