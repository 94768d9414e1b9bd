//! What the product asks of its record about the records clients sent, for the reports that go back to them. A part of
//! [`Store`](crate::Store) with a name of its own.

use async_trait::async_trait;
use domain::ContactId;

use crate::error::Result;
use crate::types::{ManagedRecord, RecordsWanted};

/// Records and what was done with them.
#[async_trait]
pub trait RecordReports: Send + Sync {
    /// Contacts of a list that were received within a span, where they stood at an instant, as it is known now, and the
    /// calls with their people until then; in order of id, after `after`.
    async fn managed_records(
        &self,
        wanted: &RecordsWanted,
        after: Option<ContactId>,
        limit: u32,
    ) -> Result<Vec<ManagedRecord>>;
}
