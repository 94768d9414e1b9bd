//! On any file: it is refused whole, or each of its rows is accounted for.

use intake::{
    Acta, Discarded, DryRun, ImportOptions, ImportedContact, IntakeError, LateDuplicates, Sink,
    SinkError, Source, Verdict, import,
};
use proptest::prelude::*;

/// Refuses some of what it is offered, now or at the end, as a store would.
#[derive(Default)]
struct Moody {
    offered: u64,
    accepted: u64,
    discarded: u64,
    late: u64,
}

impl Sink for Moody {
    fn accept(&mut self, _: ImportedContact) -> Result<Verdict, SinkError> {
        self.offered += 1;
        Ok(match self.offered % 5 {
            3 => Verdict::DuplicateDocument,
            4 => Verdict::DuplicatePhone,
            _ => {
                self.accepted += 1;
                Verdict::Accepted
            }
        })
    }

    fn discard(&mut self, _: &Discarded, _: &[String]) -> Result<(), SinkError> {
        self.discarded += 1;
        Ok(())
    }

    fn finish(&mut self) -> Result<LateDuplicates, SinkError> {
        self.late = self.accepted / 3;
        Ok(LateDuplicates {
            by_document: self.late,
            by_phone: 0,
            shared: 0,
        })
    }
}

fn load(bytes: &[u8], sink: &mut dyn Sink) -> Result<Acta, IntakeError> {
    let mut source = Source::stream("base.csv", bytes);
    import(&mut source, &ImportOptions::new("p"), sink, &mut |_| {})
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "30[0-5][0-9]{7}",
        "[1-9][0-9]{4,9}",
        "[2-8][0-9]{6}",
        "3,[0-9]{5}E\\+09",
        "[A-Za-zñá ]{0,12}",
        "\"[a-z;\n]{0,8}\"",
        "\"[a-z;]{0,4}",
        Just(String::new()),
        // One bad byte in a long cell: damage, not a binary file.
        Just("nota larga de un asesor\u{0}".to_owned()),
        "[0-9 /+()-]{0,20}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_row_received_is_valid_rejected_or_duplicate(
        rows in prop::collection::vec(prop::collection::vec(cell(), 0..7), 1..30)
    ) {
        let mut text = String::from("documento;celular;fijo;nombre;ciudad\n");
        for row in &rows {
            text.push_str(&row.join(";"));
            text.push('\n');
        }
        let mut sink = Moody::default();
        match load(text.as_bytes(), &mut sink) {
            Ok(acta) => {
                prop_assert!(acta.balances(), "{}", acta);
                prop_assert_eq!(acta.valid, sink.accepted - sink.late);
                prop_assert_eq!(acta.received, sink.accepted + sink.discarded);
                let listed = acta.rejected_rows.len() + acta.duplicate_rows.len();
                prop_assert_eq!(listed as u64, sink.discarded);
                let records = acta.rejected_rows.iter().map(|row| row.record);
                prop_assert!(records.clone().zip(records.skip(1)).all(|(a, b)| a < b));
            }
            // Rows whose cells are all blank are no rows; columns of mere words
            // under "celular" are not taken for phones.
            Err(error) => prop_assert!(
                matches!(
                    error,
                    IntakeError::Empty { .. } | IntakeError::NoPhoneColumn { .. }
                ),
                "{}",
                error
            ),
        }
    }

    /// The same file gives the same account, byte for byte.
    #[test]
    fn an_acta_can_be_made_again(seed in any::<u64>()) {
        let mut bytes = Vec::new();
        intake::sample::write(40, seed, &mut bytes).expect("memory takes all");
        let first = load(&bytes, &mut DryRun).expect("ours");
        prop_assert_eq!(first, load(&bytes, &mut DryRun).expect("ours"));
    }

    #[test]
    fn any_bytes_are_refused_or_accounted_for(
        bytes in prop::collection::vec(any::<u8>(), 0..400)
    ) {
        if let Ok(acta) = load(&bytes, &mut DryRun) {
            prop_assert!(acta.balances(), "{}", acta);
        }
    }
}
