//! The OpenAPI document as others read it. Handlers are named within their file, and many files have an `all`:
//! programs that are generated from the document need names that differ.

use utoipa::openapi::OpenApi;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{Operation, PathItem};

use crate::access::{Access, access};

/// The document with each operation named by its method and path, such as `get_campaigns_id_abandons`, and with whom it is for in
/// `x-access`.
pub(crate) fn named(mut document: OpenApi) -> OpenApi {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            operation.operation_id = Some(name(method, path));
            let whom = access(method, path).map_or("nobody", Access::word);
            operation.extensions = Some(Extensions::builder().add("x-access", whom).build());
        }
    }
    document
}

pub(crate) fn operations(
    item: &mut PathItem,
) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("get", &mut item.get),
        ("put", &mut item.put),
        ("post", &mut item.post),
        ("delete", &mut item.delete),
        ("patch", &mut item.patch),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn name(method: &str, path: &str) -> String {
    let path = path.strip_prefix("/api/v1").unwrap_or(path);
    let words = path.split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    std::iter::once(method)
        .chain(words)
        .collect::<Vec<_>>()
        .join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_method_and_path() {
        for (method, path, is) in [
            ("get", "/api/v1/session", "get_session"),
            (
                "post",
                "/api/v1/campaigns/{id}/sale-files/{kind}",
                "post_campaigns_id_sale_files_kind",
            ),
            (
                "get",
                "/api/v1/campaigns/{id}/typifications.csv",
                "get_campaigns_id_typifications_csv",
            ),
        ] {
            assert_eq!(name(method, path), is);
        }
    }
}
