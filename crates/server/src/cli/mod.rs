//! The command line.

mod backup;
mod config;
mod doctor;
mod serve;
mod transfer;
mod user;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{Flags, Raw, read_environment};

/// Chat and calls for a nutrition practice, on one machine that it owns.
#[derive(Debug, Parser)]
#[command(
    name = "moodbites",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    after_help = "Examples:\n  moodbites serve --demo          a practice to look at, on http://localhost:3000\n  \
                  moodbites serve                 yours; prints a link for its first admin\n  \
                  moodbites user add --role dietician --name 'Hannah Weiss' --email hannah@example.org"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server until it is told to stop
    Serve(serve::Serve),
    /// Add, list, approve and disable people; works while the server runs and while it doesn't
    #[command(subcommand)]
    User(user::User),
    /// Copy the whole practice into one file; works while the server runs
    Backup(backup::Backup),
    /// Make a practice of such a file again, in an empty folder
    Restore(backup::Restore),
    /// Write the whole practice into one file that any store takes in; for moving between SQLite and MongoDB
    Export(transfer::Export),
    /// Take such a file into an empty practice, or bring in what the older services had
    Import(transfer::Import),
    /// Say whether people can reach each other here, and what to do where they can't; best while the server runs
    Doctor(doctor::Doctor),
    /// Check the configuration, or show what holds
    #[command(subcommand)]
    Config(config::ConfigCommand),
}

/// Where what is kept is kept.
#[derive(Debug, Clone, Default, Args)]
struct Place {
    /// The folder that everything is kept in [default: the platform's folder for application data]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// The configuration [default: moodbites.toml in the data folder, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Place {
    fn flags(self) -> Flags {
        Flags { data: self.data, config: self.config, ..Flags::default() }
    }
}

fn gather(flags: Flags) -> anyhow::Result<Raw> {
    Ok(Raw::gather(flags, read_environment()?)?)
}

/// Does what the command line says.
pub fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve(command) => command.run(),
        Command::User(command) => command.run(),
        Command::Backup(command) => command.run(),
        Command::Restore(command) => command.run(),
        Command::Export(command) => command.run(),
        Command::Import(command) => command.run(),
        Command::Doctor(command) => command.run(),
        Command::Config(command) => command.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("moodbites: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_s_help_has_an_example() {
        fn walk(command: &clap::Command, path: &str) {
            let path = format!("{path} {}", command.get_name());
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let is_group = command.has_subcommands();
            assert!(is_group || help.contains(path.trim()), "{path}: {help}");
            command.get_subcommands().filter(|c| c.get_name() != "help").for_each(|c| walk(c, &path));
        }
        walk(&Cli::command(), "");
    }
}
