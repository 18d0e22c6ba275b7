//! How much may be uploaded, and where it is kept.

use store::S3;

use super::error::ConfigError;
use super::keys::{self, Key};
use super::raw::{Given, Raw};
use super::resolve::{text, wrong};
use super::resolved::UploadConfig;

/// One thing that is uploaded is in the memory of whoever shows it.
const MOST: u64 = 1024 * 1024 * 1024;

pub(super) fn resolve(raw: &Raw) -> Result<UploadConfig, ConfigError> {
    let defaults = UploadConfig::default();
    let max_bytes = bytes(raw, keys::UPLOAD_MAX_BYTES, MOST, "a number of bytes, 1 GiB at most")?;
    let quota = bytes(raw, keys::UPLOAD_QUOTA_BYTES, u64::MAX, "a number of bytes")?;
    Ok(UploadConfig {
        max_bytes: max_bytes.unwrap_or(defaults.max_bytes),
        quota: quota.unwrap_or(defaults.quota),
        s3: s3(raw)?,
    })
}

fn bytes(raw: &Raw, key: Key, most: u64, expected: &'static str) -> Result<Option<u64>, ConfigError> {
    let Some((name, given)) = raw.given(key) else { return Ok(None) };
    let bytes = match &given {
        Given::Toml(toml::Value::Integer(bytes)) => u64::try_from(*bytes).ok(),
        Given::Text(text) => text.trim().parse().ok(),
        Given::Toml(_) => None,
    };
    let bytes = bytes.filter(|bytes| (1..=most).contains(bytes));
    bytes.map(Some).ok_or_else(|| wrong(name, &given, expected))
}

/// A bucket and what it takes to use it: all of it, or none.
fn s3(raw: &Raw) -> Result<Option<S3>, ConfigError> {
    let Some(bucket) = text(raw, keys::S3_BUCKET)? else {
        let beside = [keys::S3_REGION, keys::S3_ENDPOINT, keys::S3_ACCESS_KEY_ID, keys::S3_SECRET_ACCESS_KEY];
        return match beside.into_iter().find_map(|key| raw.given(key)) {
            Some((name, _)) => Err(ConfigError::Secret { name, expected: "left out, or given with s3_bucket" }),
            None => Ok(None),
        };
    };
    let secret = |key: Key| match raw.given(key) {
        Some((_, Given::Text(text) | Given::Toml(toml::Value::String(text)))) => Ok(text),
        _ => Err(ConfigError::Secret { name: key.file.to_owned(), expected: "a text, where s3_bucket is given" }),
    };
    let endpoint = text(raw, keys::S3_ENDPOINT)?;
    if let Some(endpoint) = &endpoint
        && !endpoint.starts_with("https://")
        && !endpoint.starts_with("http://")
    {
        let given = Given::Text(endpoint.clone());
        return Err(wrong(keys::S3_ENDPOINT.file.to_owned(), &given, "an address, https://s3.example.org"));
    }
    Ok(Some(S3 {
        bucket,
        region: text(raw, keys::S3_REGION)?.unwrap_or_else(|| "us-east-1".to_owned()),
        endpoint: endpoint.map(|endpoint| endpoint.trim_end_matches('/').to_owned()),
        access_key_id: secret(keys::S3_ACCESS_KEY_ID)?,
        secret_access_key: secret(keys::S3_SECRET_ACCESS_KEY)?,
    }))
}
