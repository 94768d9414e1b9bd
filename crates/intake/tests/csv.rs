//! Whole CSV files as they arrive, and the acta each one gives.

use std::io::Cursor;

use domain::PhoneNumber;
use intake::{
    Acta, Confidence, Discarded, DuplicateBy, Encoding, ImportOptions, ImportedContact,
    IntakeError, Reason, Role, Sink, SinkError, Source, Verdict, Why, import, inspect, read,
};

/// Keeps what it is given.
#[derive(Default)]
struct Kept {
    contacts: Vec<ImportedContact>,
    discarded: Vec<(u64, u64, Why)>,
    headings: Vec<String>,
}

impl Sink for Kept {
    fn headings(&mut self, headings: &[String]) -> Result<(), SinkError> {
        self.headings = headings.to_vec();
        Ok(())
    }

    fn accept(&mut self, contact: ImportedContact) -> Result<Verdict, SinkError> {
        self.contacts.push(contact);
        Ok(Verdict::Accepted)
    }

    fn discard(&mut self, row: &Discarded, _: &[String]) -> Result<(), SinkError> {
        self.discarded.push((row.record, row.line, row.why));
        Ok(())
    }
}

fn load_bytes(bytes: &[u8]) -> (Acta, Kept) {
    let mut kept = Kept::default();
    let mut source = Source::stream("base.csv", bytes);
    let options = ImportOptions::new("prueba");
    let acta = import(&mut source, &options, &mut kept, &mut |_| {}).expect("a readable base");
    assert!(acta.balances(), "{acta}");
    (acta, kept)
}

fn load(text: &str) -> (Acta, Kept) {
    load_bytes(text.as_bytes())
}

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::from_e164(text).expect("a number")
}

const BASE: &str = "CÉDULA;Nombres;Apellidos;Celular;Tel fijo;Ciudad;Segmento;Plan\n\
    1020304050;Ana;Peña;300 123 4567;2345678;Bogotá;Oro;Pospago\n\
    79123456;Luis;Muñoz;3109876543;;Cali;Plata;\n";

#[test]
fn a_plain_base_becomes_contacts() {
    let (acta, kept) = load(BASE);
    assert_eq!((acta.received, acta.valid), (2, 2));
    let ana = &kept.contacts[0];
    assert_eq!((ana.record, ana.line), (1, 2));
    assert_eq!(ana.document, "1020304050");
    assert_eq!(ana.name, "Ana Peña");
    assert_eq!(ana.segment, "Oro");
    assert_eq!(
        ana.phones,
        [number("+573001234567"), number("+576012345678")]
    );
    let attributes = [("Ciudad", "Bogotá"), ("Plan", "Pospago")];
    let attributes = attributes.map(|(heading, cell)| (heading.to_owned(), cell.to_owned()));
    assert_eq!(ana.attributes, attributes);
    assert_eq!(kept.headings.len(), 8);
    assert_eq!(acta.repairs["fijo de 7 dígitos con su ciudad"], 1);
}

#[test]
fn the_acta_names_the_bytes_it_read() {
    let (acta, _) = load("cel\n3001234567\n");
    assert_eq!(acta.bytes, 15);
    // sha256sum of the same text.
    assert_eq!(
        acta.sha256,
        "82a506fa83d11ed5730cf19ecfb1ef681e928c6727549dc855f27f76b7c98751"
    );
}

#[test]
fn every_encoding_reads_the_same() {
    let wanted = load(BASE).1.contacts;
    let windows: Vec<u8> = BASE
        .chars()
        .map(|c| u8::try_from(u32::from(c)).expect("Latin-1 letters only"))
        .collect();
    let utf16 = |from: fn(u16) -> [u8; 2], mark: [u8; 2]| -> Vec<u8> {
        let text = BASE.encode_utf16().flat_map(from);
        mark.into_iter().chain(text).collect()
    };
    let with_mark = [b"\xEF\xBB\xBF", BASE.as_bytes()].concat();
    for (bytes, encoding) in [
        (windows, Encoding::Windows1252),
        (with_mark, Encoding::Utf8),
        (utf16(u16::to_le_bytes, [0xFF, 0xFE]), Encoding::Utf16Le),
        (utf16(u16::to_be_bytes, [0xFE, 0xFF]), Encoding::Utf16Be),
    ] {
        let (acta, kept) = load_bytes(&bytes);
        assert_eq!(acta.encoding, Some(encoding.to_string()));
        assert_eq!(kept.contacts, wanted, "{encoding}");
    }
}

#[test]
fn a_line_in_another_encoding_is_read_and_noted() {
    let mut bytes = BASE.as_bytes().to_vec();
    bytes.extend(b"52345678;Jos\xE9;N\xFA\xF1ez;3151234567;;;;\n");
    let (acta, kept) = load_bytes(&bytes);
    assert_eq!(kept.contacts[2].name, "José Núñez");
    assert!(
        acta.warnings.iter().any(|w| w.contains("Windows-1252")),
        "{acta}"
    );
}

#[test]
fn every_delimiter_and_line_end_reads_the_same() {
    let wanted = load(BASE).1.contacts;
    for delimiter in [',', '\t', '|'] {
        for end in ["\n", "\r\n", "\r"] {
            let text = BASE.replace(';', &delimiter.to_string()).replace('\n', end);
            let (acta, kept) = load(&text);
            assert_eq!(acta.delimiter, Some(delimiter));
            assert_eq!(kept.contacts, wanted, "{delimiter:?} {end:?}");
        }
    }
}

#[test]
fn rows_are_numbered_by_record_and_by_line() {
    let (acta, kept) = load(
        "Base de clientes;;\n\
         \n\
         documento;nombre;celular\n\
         1;\"Ana\nMaría\";3001234567\n\
         \n\
         2;Luis;123\n\
         3;Eva;\n\
         1;Ana;3001234567\n\
         4;Sol;3001234568;sobra\n\
         5;\"Paz;3001234569\n\
         6;Rut;3,00123E+09\n",
    );
    assert_eq!((acta.title_lines, acta.blank_lines), (1, 2));
    let rejected = |record, line, reason| (record, line, Why::Rejected(reason));
    assert_eq!(
        kept.discarded,
        [
            rejected(2, 7, Reason::ServiceNumber),
            rejected(3, 8, Reason::NoPhone),
            (4, 9, Why::Duplicate(DuplicateBy::Document)),
            rejected(5, 10, Reason::TooManyCells),
            rejected(6, 11, Reason::BrokenQuotes),
            rejected(7, 12, Reason::DigitsLost),
        ]
    );
    assert_eq!((acta.received, acta.valid), (7, 1));
    assert_eq!(acta.rejected_rows[0].column, "celular");
    let text = acta.to_string();
    assert!(text.contains("Cuadre: 7 = 1 + 5 + 1: cuadra"), "{text}");
    assert!(
        text.contains("registro 6, línea 11: comillas sin cerrar"),
        "{text}"
    );
}

#[test]
fn short_rows_and_trailing_delimiters_are_no_fault() {
    let (acta, _) = load("celular;nombre;plan\n3001234567\n3001234568;Ana;;;;\n");
    assert_eq!((acta.received, acta.valid), (2, 2));
}

#[test]
fn a_good_phone_saves_a_row_whose_other_phone_is_bad() {
    let (acta, kept) = load("documento;celular;fijo\n1;3001234567;99\n");
    assert_eq!(kept.contacts[0].phones.len(), 1);
    assert_eq!(acta.phones_left_out[&Reason::InvalidPhone], 1);
}

#[test]
fn a_shared_phone_is_valid_and_flagged() {
    let (acta, kept) = load("documento;celular\n1;3001234567\n2;3001234567\n");
    assert_eq!((acta.valid, acta.shared_phones), (2, 1));
    assert!(!kept.contacts[0].shared_phone && kept.contacts[1].shared_phone);
}

#[test]
fn without_documents_the_same_phone_is_a_duplicate() {
    let (acta, _) = load("nombre;celular\nAna;3001234567\nAna P;573001234567\n");
    assert_eq!((acta.valid, acta.duplicates.by_phone), (1, 1));
    assert!(acta.warnings.iter().any(|w| w.contains("documento")));
}

#[test]
fn the_guess_says_how_sure_it_is() {
    let mut source = Source::stream("base.csv", BASE.as_bytes());
    let preview = inspect(&mut source, &ImportOptions::new("p")).expect("a readable base");
    let guess = |index: usize| {
        (
            preview.guesses[index].role,
            preview.guesses[index].confidence,
        )
    };
    assert_eq!(guess(0), (Role::Document, Confidence::High));
    assert_eq!(guess(3), (Role::Phone, Confidence::High));
    assert_eq!(guess(7), (Role::Attribute, Confidence::Medium));
    assert_eq!(preview.rows.len(), 2);
    assert_eq!(preview.heading_line, Some(1));
    assert!(!format!("{preview:?}").contains("3001234567"));
}

#[test]
fn a_file_without_headings_is_understood_by_content() {
    let (acta, kept) = load("1020304050;Ana Peña;3001234567\n1020304051;Luis Gil;3001234568\n");
    assert_eq!((acta.received, acta.valid), (2, 2));
    assert_eq!(kept.contacts[0].document, "1020304050");
    assert_eq!(kept.contacts[0].name, "Ana Peña");
}

#[test]
fn the_mapping_of_the_guess_can_be_changed() {
    let text = "codigo;numero_a;x\n1;3001234567;3109876543\n";
    let mut source = Source::seekable("base.csv", Cursor::new(text));
    let options = ImportOptions::new("p");
    let mut mapping = inspect(&mut source, &options).expect("readable").mapping;
    mapping
        .set_all(["documento=codigo", "ignorar=x"])
        .expect("columns that exist");
    let mut kept = Kept::default();
    read(&mut source, &mapping, &options, &mut kept, &mut |_| {}).expect("readable");
    assert_eq!(kept.contacts[0].document, "1");
    assert_eq!(kept.contacts[0].phones, [number("+573001234567")]);
}

#[test]
fn a_mapping_of_another_file_is_refused() {
    let options = ImportOptions::new("p");
    let mut one = Source::stream("a.csv", &b"celular\n3001234567\n"[..]);
    let mapping = inspect(&mut one, &options).expect("readable").mapping;
    let mut other = Source::stream("b.csv", &b"documento;cel\n1;3001234567\n"[..]);
    let error = read(
        &mut other,
        &mapping,
        &options,
        &mut Kept::default(),
        &mut |_| {},
    )
    .expect_err("another file");
    assert!(matches!(error, IntakeError::Mapping { .. }), "{error}");
}

#[test]
fn progress_ends_at_the_whole_file() {
    let mut text = String::from("documento;celular\n");
    for index in 0..2_500 {
        text.push_str(&format!("{};300{:07}\n", index + 1, index));
    }
    let mut source = Source::seekable("base.csv", Cursor::new(text));
    let mut seen = Vec::new();
    let options = ImportOptions::new("p");
    import(&mut source, &options, &mut Kept::default(), &mut |p| {
        seen.push(p)
    })
    .expect("readable");
    let rows: Vec<u64> = seen.iter().map(|p| p.rows).collect();
    assert_eq!(rows, [1_000, 2_000, 2_500]);
    assert!(seen.windows(2).all(|pair| pair[0].share <= pair[1].share));
    assert_eq!(seen[2].share.map(domain::Rate::get), Some(1.0));
}

#[test]
fn a_file_made_for_excel_names_its_delimiter_first() {
    let (acta, kept) = load("sep=;\r\ndocumento;celular;saldo\r\n1;3001234567;12,5\r\n");
    assert_eq!((acta.delimiter, acta.title_lines), (Some(';'), 1));
    assert_eq!(kept.contacts[0].document, "1");
}

#[test]
fn commas_in_names_do_not_make_a_comma_file() {
    let (acta, kept) = load(
        "cliente;celular\n\"Peña, Ana\";3001234567\nGil, Luis;3001234568\nRuiz, Eva;3001234569\n",
    );
    assert_eq!(acta.delimiter, Some(';'));
    assert_eq!(kept.contacts[1].name, "Gil, Luis");
}

#[test]
fn a_row_of_totals_is_rejected_and_not_dialed() {
    let (acta, kept) = load("documento;nombre;celular\n1;Ana;3001234567\nTOTAL;1;\n");
    assert_eq!((acta.received, kept.contacts.len()), (2, 1));
    assert_eq!(acta.rejected[&Reason::NoPhone], 1);
}

#[test]
fn a_list_of_bare_numbers_is_a_base() {
    let (acta, kept) = load("3001234567\n3109876543\n6012345678\n");
    assert_eq!((acta.received, acta.valid), (3, 3));
    assert_eq!(kept.contacts[0].line, 1);
}

#[test]
fn every_rejected_row_is_listed_and_the_first_are_printed() {
    let mut text = String::from("documento;celular\n");
    for document in 1..=1_500 {
        text.push_str(&format!("{document};12\n"));
    }
    text.push_str("9999;3001234567\n");
    let (acta, _) = load(&text);
    assert_eq!(acta.rejected_rows.len(), 1_500);
    let (short, long) = (acta.to_string(), format!("{acta:#}"));
    assert!(short.contains("… y 1480 más"), "{short}");
    assert!(long.contains("registro 1500, línea 1501"));
}
