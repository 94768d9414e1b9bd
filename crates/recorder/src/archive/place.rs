//! Where the archive is: a folder or a bucket.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, fs};

use object_store::aws::{AmazonS3Builder, Checksum};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{BackoffConfig, ObjectStore, RetryConfig};

use super::connector::Connector;
use crate::error::ArchiveError;

/// Where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder: of this machine, or one that others share.
    Folder(PathBuf),
    /// A bucket of an S3.
    S3(Bucket),
}

/// A bucket, and how one gets in.
#[derive(Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What all names in it begin with; may be empty.
    pub prefix: String,
    /// Its region.
    pub region: String,
    /// `https://HOST[:PORT]` of an S3 of one's own; Amazon's when absent.
    pub endpoint: Option<String>,
    /// Who we are.
    pub access_key_id: String,
    /// How we show it.
    pub secret_access_key: String,
    /// And this, where the two are for a time only.
    pub token: Option<String>,
    /// The authorities of the endpoint's certificate (PEM); those the machine trusts when absent.
    pub authorities: Option<PathBuf>,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bucket")
            .field("name", &self.name)
            .field("prefix", &self.prefix)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

impl Place {
    pub(super) fn open(&self) -> Result<(Arc<dyn ObjectStore>, Path), ArchiveError> {
        match self {
            Place::Folder(folder) => {
                let failed = |error| ArchiveError::Folder(folder.clone(), error);
                fs::create_dir_all(folder).map_err(failed)?;
                // A spool's copy is let go of once this has its own: it must outlive power.
                let store = LocalFileSystem::new_with_prefix(folder)?
                    .with_fsync(true)
                    .with_automatic_cleanup(true);
                Ok((Arc::new(store), Path::default()))
            }
            Place::S3(bucket) => bucket.open(),
        }
    }
}

impl Bucket {
    fn open(&self) -> Result<(Arc<dyn ObjectStore>, Path), ArchiveError> {
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&self.name)
            .with_region(&self.region)
            .with_access_key_id(&self.access_key_id)
            .with_secret_access_key(&self.secret_access_key)
            // The store refuses what did not arrive as it was sent.
            .with_checksum_algorithm(Checksum::SHA256)
            // One at a time is what every S3 knows.
            .with_disable_bulk_delete(true)
            .with_retry(quick_retries())
            .with_http_connector(Connector::new(self.authorities.as_deref())?);
        builder = match &self.endpoint {
            Some(endpoint) => builder
                .with_endpoint(endpoint)
                .with_allow_http(endpoint.starts_with("http://")),
            None => builder.with_virtual_hosted_style_request(true),
        };
        if let Some(token) = &self.token {
            builder = builder.with_token(token);
        }
        let prefix =
            Path::parse(&self.prefix).map_err(|fault| ArchiveError::Store(Box::new(fault)))?;
        Ok((Arc::new(builder.build()?), prefix))
    }
}

/// A hiccup is passed over at once; the patience for more is the caller's.
fn quick_retries() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(200),
            max_backoff: Duration::from_secs(2),
            base: 2.0,
        },
        max_retries: 2,
        retry_timeout: Duration::from_secs(60),
    }
}
