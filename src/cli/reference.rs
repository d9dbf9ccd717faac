//! The command reference, made from the very parser that reads the command line.

use std::fmt::Write;

use clap::{ColorChoice, CommandFactory};

use super::Cli;

/// `docs/cli.md`: the help of every command.
pub fn markdown() -> String {
    let mut command = Cli::command().color(ColorChoice::Never).term_width(100);
    command.build();
    let mut text = String::from(
        "# The command line\n\n\
         Made from `fraudctl --help` by a test; do not edit. Global options stand before or after the command,\n\
         and each can be set by a variable, e.g. `FRAUDCTL_SEED`.\n\n",
    );
    let mut section = |title: &str, help: String| {
        let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
        let help = lines.join("\n");
        write!(text, "## {title}\n\n```text\n{}\n```\n\n", help.trim_end()).expect("into a String");
    };
    section("fraudctl", command.render_long_help().to_string());
    for sub in command.get_subcommands_mut().filter(|sub| sub.get_name() != "help") {
        let title = format!("fraudctl {}", sub.get_name());
        section(&title, sub.render_long_help().to_string());
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}
