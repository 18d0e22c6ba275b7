//! The program, made to die where `FAILPOINT` says (`store::failpoint`), for `e2e/crash`.

fn main() -> std::process::ExitCode {
    server::cli::run()
}
