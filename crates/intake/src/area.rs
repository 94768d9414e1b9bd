//! Which area of Colombia's number plan a city or department is in: what turns
//! an old local number of seven digits into a national one (601 to 608).

use crate::plain::plain;

/// Departments: name, DANE code, area.
const DEPARTMENTS: &[(&str, u8, u8)] = &[
    ("antioquia", 5, 4),
    ("atlantico", 8, 5),
    ("bogota", 11, 1),
    ("bolivar", 13, 5),
    ("boyaca", 15, 8),
    ("caldas", 17, 6),
    ("caqueta", 18, 8),
    ("cauca", 19, 2),
    ("cesar", 20, 5),
    ("cordoba", 23, 4),
    ("cundinamarca", 25, 1),
    ("choco", 27, 4),
    ("huila", 41, 8),
    ("la guajira", 44, 5),
    ("guajira", 44, 5),
    ("magdalena", 47, 5),
    ("meta", 50, 8),
    ("narino", 52, 2),
    ("norte de santander", 54, 7),
    ("quindio", 63, 6),
    ("risaralda", 66, 6),
    ("santander", 68, 7),
    ("sucre", 70, 5),
    ("tolima", 73, 8),
    ("valle del cauca", 76, 2),
    ("valle", 76, 2),
    ("arauca", 81, 7),
    ("casanare", 85, 8),
    ("putumayo", 86, 8),
    ("san andres", 88, 8),
    ("amazonas", 91, 8),
    ("guainia", 94, 8),
    ("guaviare", 95, 8),
    ("vaupes", 97, 8),
    ("vichada", 99, 8),
];

/// Cities whose name tells the area. A name that several departments share is
/// here only when one of them is a capital.
const CITIES: &[(u8, &[&str])] = &[
    (
        1,
        &[
            "bogota",
            "santa fe de bogota",
            "santafe de bogota",
            "soacha",
            "chia",
            "zipaquira",
            "facatativa",
            "fusagasuga",
            "girardot",
            "madrid",
            "mosquera",
            "funza",
            "cajica",
            "cota",
            "sopo",
            "tocancipa",
            "tabio",
            "tenjo",
            "ubate",
            "villeta",
            "la calera",
            "sibate",
            "guaduas",
        ],
    ),
    (
        2,
        &[
            "cali",
            "santiago de cali",
            "palmira",
            "buenaventura",
            "tulua",
            "cartago",
            "buga",
            "guadalajara de buga",
            "jamundi",
            "yumbo",
            "popayan",
            "pasto",
            "san juan de pasto",
            "ipiales",
            "tumaco",
            "santander de quilichao",
            "puerto tejada",
            "zarzal",
            "roldanillo",
            "sevilla",
            "caicedonia",
            "tuquerres",
        ],
    ),
    (
        4,
        &[
            "medellin",
            "bello",
            "itagui",
            "envigado",
            "sabaneta",
            "la estrella",
            "copacabana",
            "girardota",
            "apartado",
            "turbo",
            "caucasia",
            "marinilla",
            "la ceja",
            "carepa",
            "chigorodo",
            "monteria",
            "lorica",
            "cerete",
            "sahagun",
            "planeta rica",
            "montelibano",
            "quibdo",
            "istmina",
            "puerto berrio",
            "yarumal",
            "el carmen de viboral",
        ],
    ),
    (
        5,
        &[
            "barranquilla",
            "soledad",
            "malambo",
            "sabanalarga",
            "baranoa",
            "galapa",
            "cartagena",
            "cartagena de indias",
            "turbaco",
            "magangue",
            "arjona",
            "el carmen de bolivar",
            "santa marta",
            "cienaga",
            "fundacion",
            "el banco",
            "valledupar",
            "aguachica",
            "agustin codazzi",
            "bosconia",
            "riohacha",
            "maicao",
            "uribia",
            "sincelejo",
            "corozal",
            "san marcos",
            "puerto colombia",
        ],
    ),
    (
        6,
        &[
            "manizales",
            "chinchina",
            "la dorada",
            "villamaria",
            "riosucio",
            "anserma",
            "pereira",
            "dosquebradas",
            "santa rosa de cabal",
            "la virginia",
            "armenia",
            "calarca",
            "montenegro",
            "quimbaya",
            "la tebaida",
        ],
    ),
    (
        7,
        &[
            "bucaramanga",
            "floridablanca",
            "giron",
            "piedecuesta",
            "barrancabermeja",
            "san gil",
            "socorro",
            "cucuta",
            "san jose de cucuta",
            "ocana",
            "pamplona",
            "villa del rosario",
            "los patios",
            "arauca",
            "saravena",
            "arauquita",
            "tame",
        ],
    ),
    (
        8,
        &[
            "ibague",
            "espinal",
            "honda",
            "melgar",
            "chaparral",
            "libano",
            "neiva",
            "pitalito",
            "garzon",
            "la plata",
            "villavicencio",
            "acacias",
            "puerto lopez",
            "tunja",
            "duitama",
            "sogamoso",
            "chiquinquira",
            "puerto boyaca",
            "paipa",
            "yopal",
            "aguazul",
            "tauramena",
            "florencia",
            "mocoa",
            "puerto asis",
            "leticia",
            "san andres",
            "providencia",
            "inirida",
            "san jose del guaviare",
            "mitu",
            "puerto carreno",
        ],
    ),
];

/// The area digit of the city, else of the department.
pub(crate) fn area_of(city: &str, department: &str) -> Option<u8> {
    lookup(city).or_else(|| lookup(department))
}

/// A name (`Bogotá D.C.`, `Cali (Valle)`) or a DANE code (`05001`, `5001`, `11`).
fn lookup(place: &str) -> Option<u8> {
    let place = plain(place);
    if !place.is_empty() && place.bytes().all(|b| b.is_ascii_digit()) {
        return by_code(&place);
    }
    let mut name = place.as_str();
    loop {
        if let Some(area) = by_name(name) {
            return Some(area);
        }
        name = name.rsplit_once(' ')?.0;
    }
}

fn by_name(name: &str) -> Option<u8> {
    let city = CITIES
        .iter()
        .find(|(_, names)| names.contains(&name))
        .map(|(area, _)| *area);
    city.or_else(|| {
        DEPARTMENTS
            .iter()
            .find(|(department, ..)| *department == name)
            .map(|(.., area)| *area)
    })
}

/// Municipal codes have five digits, of which spreadsheets drop a leading zero.
fn by_code(code: &str) -> Option<u8> {
    let number: u32 = code.parse().ok()?;
    let department = match code.len() {
        1 | 2 => number,
        4 | 5 => number / 1_000,
        _ => return None,
    };
    DEPARTMENTS
        .iter()
        .find(|(_, dane, _)| u32::from(*dane) == department)
        .map(|(.., area)| *area)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_tells_its_area_however_it_is_written() {
        for (city, area) in [
            ("Bogotá D.C.", 1),
            ("CALI (VALLE)", 2),
            ("Medellín - Antioquia", 4),
            ("05001", 4),
            ("5001", 4),
            ("11001", 1),
            ("Cúcuta", 7),
        ] {
            assert_eq!(area_of(city, ""), Some(area), "{city}");
        }
    }

    #[test]
    fn the_department_helps_where_the_city_does_not() {
        assert_eq!(area_of("La Unión", "Nariño"), Some(2));
        assert_eq!(area_of("La Unión", ""), None);
        assert_eq!(area_of("", ""), None);
    }
}
