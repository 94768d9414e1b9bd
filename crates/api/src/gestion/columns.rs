//! The columns of the informe de gestión, and the cells of a record.

use domain::{Disposition, Timestamp, hidden};
use intake::Discarded;
use store::{CallTold, ManagedRecord};
use wire::GestionTotals;

use super::Report;

/// Headings, and whether a column is of numbers.
pub const COLUMNS: [(&str, bool); 38] = [
    ("id_cliente", false),
    ("id_registro", true),
    ("base", false),
    ("carga", true),
    ("linea", true),
    ("fecha_recepcion", false),
    ("segmento", false),
    ("documento", false),
    ("telefonos", false),
    ("intentos", true),
    ("intentos_dia", true),
    ("primer_intento", false),
    ("ultimo_intento", false),
    ("telefono", false),
    ("resultado_sistema", false),
    ("nivel1", false),
    ("nivel2", false),
    ("nivel3", false),
    ("codigo", false),
    ("ultima_gestion", false),
    ("mejor_codigo", false),
    ("mejor_gestion", false),
    ("titular", false),
    ("contacto_efectivo", false),
    ("asesor", false),
    ("habla_s", true),
    ("agenda", false),
    ("proxima_accion", false),
    ("venta", false),
    ("etapa", false),
    ("equipo", false),
    ("valor", true),
    ("id_grabacion", true),
    ("estado", false),
    ("codigo_cierre", false),
    ("motivo", false),
    ("mejor_intento", false),
    ("regla", false),
];

/// Why a record is excluded.
pub(super) fn reason_of(record: &ManagedRecord) -> String {
    match (&record.rule, record.suppressed) {
        (_, true) => "pidió no ser llamado".to_owned(),
        (Some(rule), false) => rule.clone(),
        (None, false) => "sin teléfono que se pueda llamar".to_owned(),
    }
}

fn yes_no(is: bool) -> String {
    if is { "S" } else { "N" }.to_owned()
}

/// What a typification says, from its widest words to its narrowest.
fn words_of(row: Option<&Disposition>) -> String {
    let levels = row.map(|row| row.levels.iter().filter(|level| !level.is_empty()));
    let levels: Vec<&str> = levels.into_iter().flatten().map(String::as_str).collect();
    levels.join(" / ")
}

/// What the client calls a record: its own id where the base has one, else the number of the record in its file. An id
/// that is the document is masked as that is.
fn client_id_of(record: &ManagedRecord, heading: Option<&str>) -> String {
    let mut cells = record.attributes.iter();
    let own = heading.and_then(|heading| cells.find(|(name, _)| name == heading));
    match own {
        None => record.record.to_string(),
        Some((_, id)) if is_document(id, &record.document) => hidden(id),
        Some((_, id)) => id.clone(),
    }
}

/// Whether both have the same digits.
fn is_document(id: &str, document: &str) -> bool {
    let digits = |text: &str| {
        text.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    let (id, document) = (digits(id), digits(document));
    !id.is_empty() && id == document
}

impl Report<'_> {
    fn time(&self, at: Option<Timestamp>) -> String {
        let at = at.filter(|at| *at > Timestamp::default());
        at.and_then(|at| law::text_in(&self.zone, at))
            .unwrap_or_default()
    }

    fn row_of(&self, call: Option<&CallTold>) -> Option<&Disposition> {
        let call = call?;
        let code = call.code.as_deref()?;
        self.catalogues.get(&call.catalogue)?.get(code)
    }

    fn seen(&self, text: String) -> String {
        if self.masked { hidden(&text) } else { text }
    }

    pub(super) fn cells(
        &self,
        (list, client_id): (&str, Option<&str>),
        record: &ManagedRecord,
        state: &str,
    ) -> Vec<String> {
        let calls = &record.calls;
        let (last, best) = (calls.last.as_ref(), calls.best.as_ref());
        let (said, highest) = (self.row_of(last), self.row_of(best));
        let level = |n: usize| said.map_or(String::new(), |row| row.levels[n].clone());
        let code = |call: Option<&CallTold>| call.and_then(|call| call.code.clone());
        let phones = record.phones.iter();
        let phones: Vec<String> = phones
            .map(|phone| self.seen(phone.as_u64().to_string()))
            .collect();
        let waits = matches!(state, "virgen" | "en_gestion");
        let next = record.next_at.filter(|_| waits);
        let closed = record.code.clone().filter(|_| state == "cerrado");
        let recorded = last.filter(|call| call.recorded);
        let sale = calls.sale.as_ref();
        let number = |value: u64| value.to_string();
        vec![
            client_id_of(record, client_id),
            record.contact.to_string(),
            list.to_owned(),
            record.import.0.to_string(),
            number(record.line),
            self.time(Some(record.received_at)),
            record.segment.clone(),
            hidden(&record.document),
            phones.join(" "),
            number(calls.total),
            number(calls.on_day),
            self.time(calls.first_at),
            self.time(last.map(|call| call.at)),
            last.map_or(String::new(), |call| {
                self.seen(call.phone.as_u64().to_string())
            }),
            last.and_then(|call| call.outcome)
                .map_or("", |it| it.word())
                .to_owned(),
            level(0),
            level(1),
            level(2),
            code(last).unwrap_or_default(),
            words_of(said),
            code(best).unwrap_or_default(),
            words_of(highest),
            yes_no(highest.is_some_and(|row| row.holder)),
            yes_no(highest.is_some_and(|row| row.effective_contact)),
            last.and_then(|call| self.agents.get(&call.agent?).cloned())
                .unwrap_or_default(),
            last.map_or(String::new(), |call| number(call.talk.as_secs())),
            self.time(next.filter(|_| record.promised)),
            said.map_or(String::new(), |row| row.next_action.clone()),
            yes_no(highest.is_some_and(|row| row.accepted_sale)),
            sale.map_or("", |sale| sale.stage.word()).to_owned(),
            sale.map_or("", |sale| &sale.items).to_owned(),
            sale.and_then(|sale| sale.value)
                .map_or(String::new(), |value| value.to_string()),
            recorded.map_or(String::new(), |call| call.attempt.to_string()),
            state.to_owned(),
            closed.unwrap_or_default(),
            if state == "excluido" {
                reason_of(record)
            } else {
                String::new()
            },
            self.time(best.map(|call| call.at)),
            record.rule.clone().filter(|_| waits).unwrap_or_default(),
        ]
    }

    pub(super) fn discarded(
        &self,
        (list, is_named): (&str, bool),
        load: i64,
        at: Timestamp,
        row: &Discarded,
    ) -> Vec<String> {
        let mut cells = vec![String::new(); COLUMNS.len()];
        let mut set = |heading: &str, cell: String| {
            if let Some(place) = COLUMNS.iter().position(|(it, _)| *it == heading) {
                cells[place] = cell;
            }
        };
        if !is_named {
            set("id_cliente", row.record.to_string());
        }
        set("base", list.to_owned());
        set("carga", load.to_string());
        set("linea", row.line.to_string());
        set("fecha_recepcion", self.time(Some(at)));
        set("intentos", "0".to_owned());
        set("intentos_dia", "0".to_owned());
        set("estado", "excluido".to_owned());
        set("motivo", row.why.words().to_owned());
        cells
    }
}

/// Lines that are no records: what it is of, and its sums.
pub(super) fn foot(totals: &GestionTotals) -> Vec<Vec<String>> {
    let line =
        |name: &str, value: String| vec!["pie".to_owned(), name.to_owned(), String::new(), value];
    let restated = totals.restated_at.map(Timestamp::from_millis);
    let restated = restated
        .and_then(|at| law::text_in("UTC", at))
        .unwrap_or_default();
    let mut lines = vec![
        line("dia", totals.day.clone()),
        line("recibidos_desde", totals.from.clone()),
        line("recibidos_hasta", totals.to.clone()),
        line("version", totals.version.to_string()),
        line("restated_at", restated),
    ];
    lines.extend(
        totals
            .states
            .iter()
            .map(|(state, count)| line(state, count.to_string())),
    );
    lines.push(line("recibidos", totals.received.to_string()));
    lines
}
