use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::ConfigError;
use super::keys::{self, Key};

/// What the command line said.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--data`.
    pub data: Option<PathBuf>,
    /// `--config`.
    pub config: Option<PathBuf>,
    /// Every `--listen`.
    pub listen: Vec<String>,
    /// `--demo`: the default data folder is another one.
    pub demo: bool,
    /// Settings that have a flag: their name in the file, the flag, and what it said.
    pub settings: Vec<(&'static str, &'static str, String)>,
}

/// A value as it was given.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Given {
    /// By a flag or the environment.
    Text(String),
    /// By the file.
    Toml(toml::Value),
}

/// Everything that was said, in the words in which it was said.
#[derive(Clone, Default)]
pub struct Raw {
    pub(super) flags: Flags,
    /// The environment, `.env` below it. Variables that are empty count as unset.
    pub(super) env: BTreeMap<String, String>,
    pub(super) file: toml::Table,
    pub(super) file_path: Option<PathBuf>,
    /// The platform's folder for an application's data.
    pub(super) platform_data: Option<PathBuf>,
}

/// The environment of the process, and what `.env` in the working directory adds to it.
pub fn read_environment() -> Result<BTreeMap<String, String>, ConfigError> {
    let path = Path::new(".env");
    let failed = |message: String| ConfigError::File { path: path.into(), line: None, message };
    let mut env = BTreeMap::new();
    if path.exists() {
        let lines = dotenvy::from_path_iter(path).map_err(|error| failed(error.to_string()))?;
        for line in lines {
            // What dotenvy says of a line repeats it, and there may be a secret in it.
            let (name, value) = line.map_err(|_| failed("a line is not NAME=value".to_owned()))?;
            env.insert(name, value);
        }
    }
    env.extend(
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
    );
    Ok(env)
}

impl Raw {
    /// Gathers what was said; reads the file that the flags or the environment name, or `moodbites.toml` in the data
    /// folder if there is one.
    pub fn gather(flags: Flags, mut env: BTreeMap<String, String>) -> Result<Self, ConfigError> {
        env.retain(|_, value| !value.trim().is_empty());
        let platform_data =
            directories::ProjectDirs::from("", "", "moodbites").map(|dirs| dirs.data_dir().to_path_buf());
        let mut raw = Self { flags, env, file: toml::Table::new(), file_path: None, platform_data };
        let named = raw.flags.config.clone().or_else(|| raw.env.get(keys::CONFIG).map(PathBuf::from));
        let path = match &named {
            Some(path) => path.clone(),
            None => raw.data()?.join("moodbites.toml"),
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                raw.file = parse(&path, &text)?;
                raw.file_path = Some(path);
            }
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(ConfigError::File { path, line: None, message: error.to_string() }),
        }
        Ok(raw)
    }

    /// The data folder, as it has to be known before there is a file.
    pub(super) fn data(&self) -> Result<PathBuf, ConfigError> {
        let given = self.flags.data.clone().or_else(|| self.env.get(keys::DATA.env).map(PathBuf::from));
        let in_file = self.file.get(keys::DATA.file).and_then(toml::Value::as_str).map(PathBuf::from);
        if let Some(data) = given {
            return Ok(data);
        }
        // A demo never goes into the folder of a real practice because of its configuration.
        let demo = self.flags.demo;
        let data = in_file.filter(|_| !demo).or_else(|| self.platform_data.clone()).ok_or(ConfigError::NoDataFolder)?;
        Ok(if demo { data.join("demo") } else { data })
    }

    /// A setting and the name by which it was given, by its flag before the environment before the file.
    pub(super) fn given(&self, key: Key) -> Option<(String, Given)> {
        if let Some((_, flag, text)) = self.flags.settings.iter().find(|setting| setting.0 == key.file) {
            return Some(((*flag).to_owned(), Given::Text(text.clone())));
        }
        let by_env = |name: &str| Some((name.to_owned(), Given::Text(self.env.get(name)?.clone())));
        by_env(key.env)
            .or_else(|| key.guide.and_then(by_env))
            .or_else(|| Some((key.file.to_owned(), Given::Toml(self.file.get(key.file)?.clone()))))
    }

    /// Refuses what nobody reads: a setting that is misspelt would silently do nothing.
    pub(super) fn check_names(&self) -> Result<(), ConfigError> {
        let known = || keys::ALL.iter().map(|key| key.env).chain([keys::CONFIG]);
        for name in self.env.keys().filter(|name| name.starts_with("MOODBITES_")) {
            if !known().any(|known| known == name) && name != keys::BINARY {
                return Err(ConfigError::Unknown {
                    name: name.clone(),
                    place: None,
                    nearest: keys::nearest(name, known()),
                });
            }
        }
        let known = || keys::ALL.iter().map(|key| key.file);
        for name in self.file.keys() {
            if !known().any(|known| known == name) {
                return Err(self.unknown_in_file(name, known()));
            }
        }
        Ok(())
    }

    pub(super) fn unknown_in_file(&self, name: &str, known: impl IntoIterator<Item = &'static str>) -> ConfigError {
        let nearest = keys::nearest(name.rsplit('.').next().unwrap_or(name), known);
        ConfigError::Unknown { name: name.to_owned(), place: self.file_path.clone(), nearest }
    }
}

pub(super) fn parse(path: &Path, text: &str) -> Result<toml::Table, ConfigError> {
    text.parse::<toml::Table>().map_err(|error| {
        // Its whole message shows the line, and there may be a secret in it.
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        ConfigError::File { path: path.into(), line, message: error.message().to_owned() }
    })
}
