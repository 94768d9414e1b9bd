//! The acta as a page: its sums, its words in both languages, and no markup but ours.

use intake::{DryRun, ImportOptions, Language, Sealed, Source};

fn acta(
    text: &str,
    change: impl FnOnce(&mut ImportOptions),
) -> Result<intake::Acta, intake::IntakeError> {
    let mut options = ImportOptions::new("Base <b>marzo</b>");
    change(&mut options);
    let mut source = Source::seekable("base.csv", std::io::Cursor::new(text.as_bytes().to_vec()));
    intake::import(&mut source, &options, &mut DryRun, &mut |_| {})
}

const BASE: &str = "CEDULA;NOMBRE;CELULAR;BASE LEGAL\n\
    1020304050;Ana;3001112233;AUT-1\n\
    1020304050;Ana;3001112233;AUT-1\n\
    1020304051;Luis;3001112234;\n\
    1020304052;Eva;3001112235;Referido por Ana\n\
    1020304053;Juan;123;cliente\n\
    1020304054;Rosa;3001112236;cliente\n";

#[test]
fn a_row_without_a_legal_basis_is_not_loaded() {
    let acta = acta(BASE, |_| {}).expect("a base");
    assert_eq!((acta.received, acta.valid), (6, 2));
    assert_eq!(acta.rejected[&intake::Reason::NoLegalBasis], 2);
    assert!(acta.balances());
    let row = &acta.rejected_rows[0];
    assert_eq!((row.line, row.column.as_str()), (4, "BASE LEGAL"));
}

#[test]
fn a_base_that_nothing_justifies_is_refused_as_a_whole() {
    let text = "CEDULA;CELULAR\n1020304050;3001112233\n";
    for none in ["", "  ", "referidos de marzo"] {
        let refused = acta(text, |options| none.clone_into(&mut options.legal_basis));
        assert_eq!(refused.expect_err(none).code(), "no-legal-basis");
    }
    acta(text, |options| {
        "contrato 17-2026".clone_into(&mut options.legal_basis)
    })
    .expect("justified");
    // Each row says its own.
    acta(BASE, |options| options.legal_basis.clear()).expect("justified row by row");
}

#[test]
fn the_page_has_the_sums_and_no_markup_of_strangers() {
    let mut acta = acta(BASE, |_| {}).expect("a base");
    acta.sealed = Some(Sealed {
        envelope: "OpenPGP".to_owned(),
        file_name: "<script>alert(1)</script>.gpg".to_owned(),
        sha256: "ab".repeat(32),
        bytes: 999,
        signer: Some("F00D".to_owned()),
    });
    acta.excluded.insert("RNE".to_owned(), 1);
    let page = acta.page(7, None, Language::Spanish);
    for wanted in [
        "<h1>Acta de cargue 7</h1>",
        "6 = 2 + 3 + 1: cuadra",
        "sin base legal",
        "de ellos, excluidos: RNE",
        "Base &lt;b&gt;marzo&lt;/b&gt;",
        "&lt;script&gt;",
        "@page",
    ] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    assert!(
        !page.contains("<script") && !page.contains("http"),
        "{page}"
    );
    // No personal data: neither documents nor phones nor names.
    for secret in ["1020304051", "3001112234", "Luis"] {
        assert!(!page.contains(secret), "{secret}");
    }
    let page = acta.page(7, Some((0, "ana")), Language::English);
    for wanted in [
        "TAKEN BACK AS A WHOLE",
        "1970-01-01",
        "no legal basis",
        "it adds up",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
    acta.excluded.insert("otra".to_owned(), 2);
    assert!(
        acta.page(7, None, Language::Spanish).contains("NO CUADRA"),
        "more excluded than valid"
    );
}

#[test]
fn an_acta_of_before_is_read_still() {
    let acta = acta(BASE, |_| {}).expect("a base");
    let mut json = serde_json::to_value(&acta).expect("plain data");
    for new in ["sealed", "loaded_by", "excluded", "law_packs"] {
        json.as_object_mut().expect("an object").remove(new);
    }
    let old: intake::Acta = serde_json::from_value(json).expect("an acta of before");
    assert!(old.excluded.is_empty() && old.balances());
}
