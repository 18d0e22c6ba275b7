//! `ROLE=ADDR[,ADDR…]` and `ROLE=off`.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::error::ConfigError;
use super::keys;
use super::raw::Raw;
use super::resolved::Listen;
use super::role::Role;

const EXPECTED: &str = "ROLE=ADDRESS, ROLE=ADDRESS,ADDRESS or ROLE=off with a role of web, https, redirect, accounts, chat, calls, turn and turns, as in web=127.0.0.1:3000";

/// Where each role is to listen; `None` is off.
type Asked = BTreeMap<Role, Option<Vec<SocketAddr>>>;

/// The defaults, then what the file, the environment and the flags say, each role for itself.
pub(super) fn resolve(raw: &Raw) -> Result<BTreeMap<Role, Listen>, ConfigError> {
    let mut asked = Asked::new();
    asked.extend(of_file(raw)?);
    if let Some(text) = raw.env.get(keys::LISTEN.env) {
        asked.extend(of_texts(keys::LISTEN.env, text.split([' ', ';']).filter(|part| !part.is_empty()))?);
    }
    asked.extend(of_texts("--listen", raw.flags.listen.iter().map(String::as_str))?);

    let mut listen = BTreeMap::new();
    for role in Role::ALL {
        match asked.remove(&role) {
            Some(None) => {}
            Some(Some(addresses)) => {
                listen.insert(role, Listen { addresses, asked: true });
            }
            None if role.default_ports().is_empty() => {}
            None => {
                listen.insert(role, Listen { addresses: role.default_addresses(), asked: false });
            }
        }
    }
    port_of_guide(raw, &mut listen)?;
    if listen.is_empty() { Err(ConfigError::NothingListens) } else { Ok(listen) }
}

/// `PORT`, where one role runs alone, as each service of the guide does.
fn port_of_guide(raw: &Raw, listen: &mut BTreeMap<Role, Listen>) -> Result<(), ConfigError> {
    let (Some(port), 1) = (raw.env.get("PORT"), listen.len()) else { return Ok(()) };
    for listen in listen.values_mut().filter(|listen| !listen.asked) {
        let expected = "a port from 0 to 65535";
        let value = || ConfigError::Value { name: "PORT".to_owned(), given: port.clone(), expected };
        let port = port.trim().parse().map_err(|_| value())?;
        *listen = Listen { addresses: vec![(Ipv4Addr::LOCALHOST, port).into()], asked: true };
    }
    Ok(())
}

/// Texts of one source; a role that is named twice listens on both.
fn of_texts<'a>(name: &str, texts: impl Iterator<Item = &'a str>) -> Result<Asked, ConfigError> {
    let mut asked = Asked::new();
    for text in texts {
        let wrong = || ConfigError::Value { name: name.to_owned(), given: text.to_owned(), expected: EXPECTED };
        let (role, addresses) = text.split_once('=').ok_or_else(wrong)?;
        let role: Role = role.trim().parse().map_err(|()| wrong())?;
        if addresses.trim() == "off" {
            asked.insert(role, None);
            continue;
        }
        let addresses: Option<Vec<SocketAddr>> = addresses.split(',').map(address).collect();
        let more = addresses.ok_or_else(wrong)?;
        asked.entry(role).or_default().get_or_insert_default().extend(more);
    }
    Ok(asked)
}

fn of_file(raw: &Raw) -> Result<Asked, ConfigError> {
    let Some(table) = raw.file.get(keys::LISTEN.file) else { return Ok(Asked::new()) };
    let wrong = |name: &str, value: &toml::Value| ConfigError::Value {
        name: name.to_owned(),
        given: value.to_string(),
        expected: "a table such as { web = \"127.0.0.1:3000\", chat = [\"127.0.0.1:3005\"], calls = \"off\" }",
    };
    let table = table.as_table().ok_or_else(|| wrong(keys::LISTEN.file, table))?;
    let mut asked = Asked::new();
    for (name, value) in table {
        let full = format!("listen.{name}");
        let role = name.parse::<Role>().map_err(|()| raw.unknown_in_file(&full, Role::ALL.map(Role::as_str)))?;
        let texts: Vec<&str> = match value {
            toml::Value::String(text) if text == "off" => {
                asked.insert(role, None);
                continue;
            }
            toml::Value::Boolean(false) => {
                asked.insert(role, None);
                continue;
            }
            toml::Value::String(text) => text.split(',').collect(),
            toml::Value::Array(texts) => {
                texts.iter().map(toml::Value::as_str).collect::<Option<_>>().ok_or_else(|| wrong(&full, value))?
            }
            _ => return Err(wrong(&full, value)),
        };
        let addresses: Option<Vec<SocketAddr>> = texts.into_iter().map(address).collect();
        asked.insert(role, Some(addresses.ok_or_else(|| wrong(&full, value))?));
    }
    Ok(asked)
}

/// An address; a bare port is this machine's alone.
fn address(text: &str) -> Option<SocketAddr> {
    let text = text.trim();
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    let port = text.strip_prefix("localhost:").unwrap_or(text);
    Some((IpAddr::V4(Ipv4Addr::LOCALHOST), port.parse::<u16>().ok()?).into())
}
