//! What codes mean, by the version of typifications that a call began with; each is read once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use campaigns::Catalogue;
use domain::CatalogueId;
use store::Store;

use crate::error::ApiError;

/// Versions read so far.
#[derive(Debug, Default)]
pub(crate) struct Meanings(HashMap<CatalogueId, Catalogue>);

impl Meanings {
    /// A version; the house's where the record has none of that id.
    pub(crate) async fn at(
        &mut self,
        store: &dyn Store,
        id: CatalogueId,
    ) -> Result<&Catalogue, ApiError> {
        match self.0.entry(id) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => {
                let read = store.catalogue_of(id).await?;
                Ok(place.insert(read.unwrap_or_default()))
            }
        }
    }
}
