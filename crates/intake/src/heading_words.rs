//! What headings call things, in Spanish and English.

use crate::mapping::Role;
use crate::plain::plain;

/// What a heading says its column holds; nothing where it says nothing known.
pub(crate) fn role_of(heading: &str) -> Option<Role> {
    let text = plain(heading);
    let words: Vec<&str> = text
        .split(' ')
        .map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()))
        .collect();
    let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
    let stem = words.join(" ");
    let is = |list: &[&str]| list.contains(&stem.trim());

    if is(&[
        "base legal",
        "legal basis",
        "habeas data",
        "autorizacion",
        "id autorizacion",
        "autorizacion id",
        "autorizacion de contacto",
    ]) {
        return Some(Role::LegalBasis);
    }
    if has(NEVER) {
        return None;
    }
    if has(&["tipodoc", "tipodocumento", "tipoidentificacion", "tdoc"])
        || (has(&["tipo", "clase", "type"]) && has(DOCUMENT))
    {
        return Some(Role::DocumentType);
    }
    if is(&["tipo cliente", "tipo de cliente", "customer type"]) || has(SEGMENT) {
        return Some(Role::Segment);
    }
    if has(&["tipo", "type", "estado", "status"]) {
        return None;
    }
    if has(PHONE) || is(&["contacto", "min", "numero a marcar", "numero contacto"]) {
        return Some(Role::Phone);
    }
    if has(&[
        "ciudad",
        "municipio",
        "city",
        "town",
        "poblacion",
        "localidad",
    ]) {
        return Some(Role::City);
    }
    if has(&["departamento", "depto", "dpto", "department", "province"]) {
        return Some(Role::Department);
    }
    if has(DOCUMENT) {
        return Some(Role::Document);
    }
    if is(&["last name", "family name"]) {
        return Some(Role::Surname);
    }
    if has(NAME) && !has(&["usuario", "empresa", "archivo", "base", "asesor"]) {
        return Some(Role::Name);
    }
    if has(SURNAME) {
        return Some(Role::Surname);
    }
    if is(&["cliente", "titular", "customer", "client", "razon social"]) {
        return Some(Role::Name);
    }
    None
}

/// Whether a heading says that its column has what the client calls a record.
pub(crate) fn is_client_id(heading: &str) -> bool {
    const NAMES: [&str; 14] = [
        "id cliente",
        "idcliente",
        "cliente id",
        "codigo cliente",
        "cod cliente",
        "id registro",
        "idregistro",
        "id externo",
        "customer id",
        "customerid",
        "client id",
        "clientid",
        "external id",
        "record id",
    ];
    NAMES.contains(&plain(heading).as_str())
}

/// Words that make a column about something else, whatever else it says.
const NEVER: &[&str] = &[
    "fecha",
    "date",
    "plan",
    "valor",
    "precio",
    "marca",
    "modelo",
    "operador",
    "expedicion",
    "correo",
    "email",
    "mail",
    "direccion",
    "address",
    "cuenta",
    "factura",
    "saldo",
    "extension",
    "hora",
    "producto",
    "campana",
    "campaign",
    "agente",
    "vendedor",
    "oferta",
    "observacion",
    "observaciones",
];

const DOCUMENT: &[&str] = &[
    "documento",
    "cedula",
    "identificacion",
    "nit",
    "cc",
    "dni",
    "doc",
    "document",
    "numdoc",
    "nrodoc",
    "numerodocumento",
    "numeroidentificacion",
    "identification",
    "identidad",
    "cedulas",
    "passport",
    "ced",
    "ident",
    "iddocumento",
];

const PHONE: &[&str] = &[
    "telefono",
    "telefonos",
    "tel",
    "telf",
    "cel",
    "celular",
    "celulares",
    "movil",
    "moviles",
    "phone",
    "phones",
    "mobile",
    "cell",
    "cellphone",
    "fijo",
    "linea",
    "whatsapp",
    "msisdn",
    "telephone",
    "landline",
    "telcelular",
    "telfijo",
    "telmovil",
    "numerocelular",
    "fono",
    "phonenumber",
    "telcontacto",
];

const NAME: &[&str] = &[
    "nombre",
    "nombres",
    "name",
    "names",
    "nombrecompleto",
    "nombrecliente",
    "firstname",
    "fullname",
    "nombrecli",
];

const SURNAME: &[&str] = &["apellido", "apellidos", "surname", "surnames", "lastname"];

const SEGMENT: &[&str] = &["segmento", "segment", "segmentacion", "cluster"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_say_what_they_hold() {
        for (heading, role) in [
            ("CÉDULA", Some(Role::Document)),
            ("No. Identificación", Some(Role::Document)),
            ("Tipo de documento", Some(Role::DocumentType)),
            ("Tel_Fijo_1", Some(Role::Phone)),
            ("CELULAR2", Some(Role::Phone)),
            ("Número Móvil", Some(Role::Phone)),
            ("MIN", Some(Role::Phone)),
            ("Nombres y Apellidos", Some(Role::Name)),
            ("Last name", Some(Role::Surname)),
            ("Primer apellido", Some(Role::Surname)),
            ("CLIENTE", Some(Role::Name)),
            ("Tipo cliente", Some(Role::Segment)),
            ("Municipio", Some(Role::City)),
            ("DPTO", Some(Role::Department)),
            ("Nombre ciudad", Some(Role::City)),
            ("CONTACTO 2", Some(Role::Phone)),
            ("Nombre contacto", Some(Role::Name)),
            ("Fecha expedición cédula", None),
            ("Nombre del plan", None),
            ("Correo", None),
            ("", None),
        ] {
            assert_eq!(role_of(heading), role, "{heading}");
        }
    }
}
