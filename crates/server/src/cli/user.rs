//! `moodbites user …`, straight on the store: it works while the server runs and while it doesn't. What ends sessions is
//! written to the log that a running server reads, so that live sockets are cut as by web.

use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use app::accounts::{AccountError, Accounts, NewAccount, Secret, Tokens};
use clap::{Args, Subcommand, ValueEnum};
use domain::{Role, UserFilter, Users};
use store::{Options, Store};
use wire::error::Code;

use super::{Place, gather};
use crate::config::resolve;
use crate::data;
use crate::serve::open_store;
use crate::shell::clock::Clock;

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Add somebody, who can sign in at once
    #[command(
        after_help = "Example:\n  moodbites user add --name 'Hannah Weiss' --email hannah@example.org --role dietician"
    )]
    Add {
        #[command(flatten)]
        place: Place,
        /// As others see it
        #[arg(long)]
        name: String,
        /// To sign in with
        #[arg(long)]
        email: String,
        /// What they may do
        #[arg(long, value_enum)]
        role: RoleName,
        #[command(flatten)]
        password: PasswordFlag,
    },
    /// List everybody
    #[command(after_help = "Example:\n  moodbites user list --role dietician")]
    List {
        #[command(flatten)]
        place: Place,
        /// Only these
        #[arg(long, value_enum)]
        role: Option<RoleName>,
    },
    /// Let a dietician who has registered in, or somebody who was disabled
    #[command(after_help = "Example:\n  moodbites user approve hannah@example.org")]
    Approve(Whom),
    /// Shut somebody out; whatever they have open ends within seconds
    #[command(after_help = "Example:\n  moodbites user disable hannah@example.org")]
    Disable(Whom),
    /// Give somebody a new password; whatever they have open ends within seconds
    #[command(after_help = "Example:\n  moodbites user set-password hannah@example.org")]
    SetPassword {
        #[command(flatten)]
        whom: Whom,
        #[command(flatten)]
        password: PasswordFlag,
    },
}

#[derive(Debug, Args)]
pub(super) struct Whom {
    #[command(flatten)]
    place: Place,
    /// The address that they sign in with
    #[arg(value_name = "EMAIL", required_unless_present = "email_flag")]
    email: Option<String>,
    /// The same
    #[arg(long = "email", value_name = "EMAIL", hide = true, conflicts_with = "email")]
    email_flag: Option<String>,
}

#[derive(Args)]
pub(super) struct PasswordFlag {
    /// Asked for where it is missing; others on this machine can see what is given here
    #[arg(long)]
    password: Option<String>,
}

impl std::fmt::Debug for PasswordFlag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordFlag(…)")
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum RoleName {
    /// Is treated
    Patient,
    /// Treats
    Dietician,
    /// Runs the practice
    Admin,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Patient => Self::Patient,
            RoleName::Dietician => Self::Dietician,
            RoleName::Admin => Self::Admin,
        }
    }
}

impl User {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(self.run_on_store())
    }

    fn place(&self) -> &Place {
        match self {
            Self::Add { place, .. } | Self::List { place, .. } => place,
            Self::Approve(whom) | Self::Disable(whom) | Self::SetPassword { whom, .. } => &whom.place,
        }
    }

    async fn run_on_store(self) -> anyhow::Result<()> {
        let config = resolve(&gather(self.place().clone().flags())?)?;
        data::make(&config.data)?;
        let store = open_store(&config, Options { readers: 1, ..Options::default() }).await?;
        let done = self.run_with(&store).await;
        store.close().await;
        done
    }

    async fn run_with(self, store: &Arc<dyn Store>) -> anyhow::Result<()> {
        // It makes no tokens.
        let tokens = Tokens::new(Secret::new(""), None);
        let accounts = Accounts::new(store.clone(), store.clone(), tokens);
        let now = Clock::system().now();
        let mut out = io::stdout().lock();
        match self {
            Self::Add { name, email, role, password, .. } => {
                let account = NewAccount { name, email, password: password.ask()?, ..NewAccount::default() };
                let user = accounts.add(account, role.into(), now).await.map_err(said)?;
                writeln!(out, "{} can sign in as {}.", user.name, user.email)?;
            }
            Self::List { role, .. } => {
                let users =
                    Users::list(store.as_ref(), UserFilter { role: role.map(Into::into), active: None }).await?;
                for user in &users {
                    let role = match user.role {
                        Role::Admin => "admin",
                        Role::Patient => "patient",
                        Role::Dietician => "dietician",
                    };
                    let state = if user.active { "active" } else { "inactive" };
                    writeln!(out, "{}  {role:<9}  {state:<8}  {:<32}  {}", user.id, user.email, user.name)?;
                }
            }
            Self::Approve(whom) => {
                let user = whom.find(store).await?;
                accounts.set_active(user.id, true, now).await.map_err(said)?;
                writeln!(out, "{} can sign in.", user.email)?;
            }
            Self::Disable(whom) => {
                let user = whom.find(store).await?;
                accounts.set_active(user.id, false, now).await.map_err(said)?;
                writeln!(out, "{} is shut out.", user.email)?;
            }
            Self::SetPassword { whom, password } => {
                let user = whom.find(store).await?;
                accounts.set_password(&user, &password.ask()?, now).await.map_err(said)?;
                writeln!(out, "{} has a new password.", user.email)?;
            }
        }
        Ok(())
    }
}

impl Whom {
    async fn find(&self, store: &Arc<dyn Store>) -> anyhow::Result<domain::User> {
        let email = self.email.as_deref().or(self.email_flag.as_deref()).unwrap_or_default().trim().to_lowercase();
        let user = Users::by_email(store.as_ref(), &email).await?;
        user.ok_or_else(|| anyhow!("there is no account with the address {email}; `moodbites user list` shows all"))
    }
}

impl PasswordFlag {
    /// As it was given, typed without an echo, or the first line of what is piped in.
    fn ask(self) -> anyhow::Result<String> {
        if let Some(password) = self.password {
            return Ok(password);
        }
        if io::stdin().is_terminal() {
            let password = rpassword::prompt_password("Password: ").context("no password could be read")?;
            if rpassword::prompt_password("Again: ").context("no password could be read")? != password {
                bail!("the two are not the same");
            }
            return Ok(password);
        }
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).context("no password could be read")?;
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            bail!("a password is missing; give --password, or type it in a terminal");
        }
        Ok(line.to_owned())
    }
}

/// In the words that the web has for it.
fn said(error: AccountError) -> anyhow::Error {
    match error {
        AccountError::WeakPassword => anyhow!(Code::WeakPassword.sentence()),
        AccountError::EmailTaken => anyhow!(Code::EmailTaken.sentence()),
        error => error.into(),
    }
}
