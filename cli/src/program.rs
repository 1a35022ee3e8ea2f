//! The commands of the program.

use crate::table::remedies;
use crate::{command_line, convert, explain, look, predict, show, train};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;
use std::error::Error;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  densely look cars.csv                             shows what each column is and becomes
  densely train cars.csv --target mpg               saves cars-mpg.safetensors
  densely predict cars-mpg.safetensors new.csv      prints the predictions as CSV
  densely explain cars-mpg.safetensors cars.csv     shows which columns matter
  densely show cars-mpg.safetensors
  densely help train                                lists the options of a training";

#[derive(Debug, Parser)]
#[command(name = "densely", version, about, after_help = EXAMPLES)]
#[command(subcommand_required = true, arg_required_else_help = false)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Train(Box<train::Options>),
    Look(Box<look::Options>),
    Predict(predict::Options),
    Explain(explain::Options),
    Convert(Box<convert::Options>),
    Show(show::Options),
    /// Prints the completions of a shell, for its folder of completions
    Completions {
        shell: Shell,
    },
}

/// Runs the program on its command line.
pub fn main() -> ExitCode {
    match parse() {
        Ok(program) => command_line::finish(program.command.run().map_err(remedies::as_options)),
        Err(error) => command_line::explain(&error),
    }
}

fn parse() -> Result<Program, clap::Error> {
    let matches = Program::command().try_get_matches()?;
    let mut program = Program::from_arg_matches(&matches)?;
    if let (Command::Train(options), Some((_, matches))) =
        (&mut program.command, matches.subcommand())
    {
        options.note(matches);
    }
    Ok(program)
}

impl Command {
    fn run(&self) -> Result<String, Box<dyn Error>> {
        match self {
            Command::Train(options) => train::run(options),
            Command::Look(options) => look::run(options),
            Command::Predict(options) => predict::run(options),
            Command::Explain(options) => explain::run(options),
            Command::Convert(options) => convert::run(options),
            Command::Show(options) => show::run(options),
            Command::Completions { shell } => completions(*shell),
        }
    }
}

fn completions(shell: Shell) -> Result<String, Box<dyn Error>> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Program::command(), "densely", &mut text);
    Ok(String::from_utf8(text)?)
}
