//! The settings of usual softphones as text, each in the form that its maker documents. Nothing here
//! asks or keeps anything: a password goes in and stands in the text.

use wire::{PhonePlace, PhoneServer, Softphone};

/// Stands for a password that is not shown.
const HIDDEN: &str = "********";
/// How often phones register: often enough to be found again soon, and a tenth of what a thousand
/// of them would be at a minute.
const REGISTER_S: u32 = 300;

/// Whose phone it is.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// The agent's name.
    pub name: &'a str,
    /// User part of the phone's address.
    pub user: &'a str,
    /// Its password, if it is to be shown.
    pub password: Option<&'a str>,
}

/// Settings for each softphone that can reach the node.
pub fn softphones(account: Account<'_>, server: &PhoneServer) -> Vec<Softphone> {
    let spoken = |place: &&PhonePlace| !place.transport.starts_with("ws");
    let mut all = Vec::new();
    if let Some(place) = server.places.iter().find(spoken) {
        all.extend([
            zoiper(account, place),
            linphone(account, server, place),
            microsip(account, place),
            baresip(account, place),
            other(account, server, place),
        ]);
    }
    let page = |place: &&PhonePlace| place.transport.starts_with("ws");
    if let Some(place) = server.places.iter().find(page) {
        all.push(jssip(account, place));
    }
    all
}

fn zoiper(account: Account<'_>, place: &PhonePlace) -> Softphone {
    let text = format!(
        "Username: {}\nPassword: {}\nHostname / Domain: {}\nOutbound proxy: -\n\
         Transport: {}\nRegistration expiry: {REGISTER_S}\nCodecs: G.711 a-law, G.711 u-law\n\
         DTMF: RFC 2833\nAuto answer: on",
        account.user,
        secret(account),
        at(place),
        place.transport.to_uppercase(),
    );
    Softphone {
        id: "zoiper".to_owned(),
        name: "Zoiper".to_owned(),
        steps_es: "Cuenta nueva, configuración manual; copie cada valor.".to_owned(),
        steps_en: "New account, manual configuration; copy each value.".to_owned(),
        file: None,
        text,
    }
}

/// Linphone's own XML, which it also fetches from a place on the web (remote provisioning).
pub(crate) fn linphone_file(
    account: Account<'_>,
    server: &PhoneServer,
    place: &PhonePlace,
) -> String {
    let entry = |name: &str, value: &str| {
        let value = escaped(value);
        format!("    <entry name=\"{name}\" overwrite=\"true\">{value}</entry>\n")
    };
    let section = |name: &str, entries: &[(&str, &str)]| {
        let entries: String = entries
            .iter()
            .map(|(name, value)| entry(name, value))
            .collect();
        format!("  <section name=\"{name}\">\n{entries}  </section>\n")
    };
    let identity = format!("\"{}\" <sip:{}@{}>", account.name, account.user, at(place));
    let proxy = format!("<sip:{};transport={}>", at(place), place.transport);
    let expires = REGISTER_S.to_string();
    let sections = [
        section("misc", &[("transient_provisioning", "1")]),
        section("sip", &[("default_proxy", "0"), ("use_info", "0")]),
        section(
            "proxy_0",
            &[
                ("reg_identity", &identity),
                ("reg_proxy", &proxy),
                ("reg_expires", &expires),
                ("reg_sendregister", "1"),
                ("publish", "0"),
            ],
        ),
        section(
            "auth_info_0",
            &[
                ("username", account.user),
                ("passwd", secret(account)),
                ("realm", &server.realm),
            ],
        ),
    ];
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <config xmlns=\"http://www.linphone.org/xsds/lpconfig.xsd\">\n{}</config>\n",
        sections.concat()
    )
}

fn linphone(account: Account<'_>, server: &PhoneServer, place: &PhonePlace) -> Softphone {
    Softphone {
        id: "linphone".to_owned(),
        name: "Linphone".to_owned(),
        steps_es:
            "En el móvil: asistente, configuración remota, leer el código QR. En el PC: abra \
                   el enlace linphone-config, o guarde este archivo e indíquelo como configuración \
                   remota."
                .to_owned(),
        steps_en: "On a mobile phone: assistant, remote provisioning, scan the QR code. On a PC: \
                   open the linphone-config link, or save this file and name it as remote \
                   provisioning."
            .to_owned(),
        file: Some("linphone.xml".to_owned()),
        text: linphone_file(account, server, place),
    }
}

fn microsip(account: Account<'_>, place: &PhonePlace) -> Softphone {
    let (server, name) = (at(place), one_line(account.name));
    Softphone {
        id: "microsip".to_owned(),
        name: "MicroSIP".to_owned(),
        steps_es: "Cierre MicroSIP, ponga estas líneas en MicroSIP.ini y ábralo.".to_owned(),
        steps_en: "Close MicroSIP, put these lines into MicroSIP.ini and open it.".to_owned(),
        file: Some("MicroSIP.ini".to_owned()),
        text: format!(
            "[Settings]\naccountId=1\nautoAnswer=header\naudioCodecs=PCMA/8000/1 PCMU/8000/1\n\
             [Account1]\nlabel=cadencia\nserver={server}\nproxy=\ndomain={server}\n\
             username={}\npassword={}\nauthID={}\ndisplayName={name}\ntransport={}\n\
             registerRefresh={REGISTER_S}\nkeepAlive=25\npublish=0\n",
            account.user,
            secret(account),
            account.user,
            place.transport,
        ),
    }
}

fn baresip(account: Account<'_>, place: &PhonePlace) -> Softphone {
    let (server, user, by) = (at(place), account.user, &place.transport);
    let password = secret(account);
    Softphone {
        id: "baresip".to_owned(),
        name: "baresip".to_owned(),
        steps_es: "Añada esta línea al archivo accounts (~/.baresip).".to_owned(),
        steps_en: "Add this line to the file accounts (~/.baresip).".to_owned(),
        file: Some("accounts".to_owned()),
        text: format!(
            "<sip:{user}@{server};transport={by}>;auth_user={user};auth_pass={password};\
             answermode=auto;regint={REGISTER_S};audio_codecs=PCMA,PCMU\n"
        ),
    }
}

fn other(account: Account<'_>, server: &PhoneServer, place: &PhonePlace) -> Softphone {
    let text = format!(
        "SIP server / domain: {}\nPort: {}\nTransport: {}\nUser / extension: {}\n\
         Authentication name: {}\nPassword: {}\nRealm: {}\nDisplay name: {}\n\
         Register every: {REGISTER_S} s\nCodecs: PCMA, PCMU\nDTMF: RFC 4733 (2833)\n\
         Auto answer: on\nVoicemail, presence, MWI: off",
        place.host,
        place.port,
        place.transport.to_uppercase(),
        account.user,
        account.user,
        secret(account),
        server.realm,
        one_line(account.name),
    );
    Softphone {
        id: "other".to_owned(),
        name: "Bria, Groundwire y otros".to_owned(),
        steps_es: "Cuenta SIP genérica; copie cada valor.".to_owned(),
        steps_en: "Generic SIP account; copy each value.".to_owned(),
        file: None,
        text,
    }
}

fn jssip(account: Account<'_>, place: &PhonePlace) -> Softphone {
    let url = format!("{}://{}", place.transport, at(place));
    let uri = format!("sip:{}@{}", account.user, at(place));
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    Softphone {
        id: "jssip".to_owned(),
        name: "JsSIP".to_owned(),
        steps_es: "Para una página propia en el navegador: señalización por WebSocket.".to_owned(),
        steps_en: "For a page of your own in a browser: signalling by WebSocket.".to_owned(),
        file: None,
        text: format!(
            "const socket = new JsSIP.WebSocketInterface({});\n\
             const phone = new JsSIP.UA({{\n  sockets: [socket],\n  uri: {},\n  password: {},\n  \
             register_expires: {REGISTER_S},\n}});\nphone.start();\n",
            quoted(&url),
            quoted(&uri),
            quoted(secret(account)),
        ),
    }
}

fn at(place: &PhonePlace) -> String {
    format!("{}:{}", place.host, place.port)
}

fn secret(account: Account<'_>) -> &str {
    account.password.unwrap_or(HIDDEN)
}

/// A name in a file of lines: people choose it.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// Text inside XML.
fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for letter in one_line(text).chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> PhoneServer {
        let place = |transport: &str, port| PhonePlace {
            transport: transport.to_owned(),
            host: "192.0.2.1".to_owned(),
            port,
        };
        PhoneServer {
            realm: "cadencia.local".to_owned(),
            places: vec![place("udp", 5060), place("wss", 8443)],
        }
    }

    fn all(password: Option<&str>) -> Vec<Softphone> {
        let account = Account {
            name: "Ana <\"&\">\nproxy=evil",
            user: "ana",
            password,
        };
        softphones(account, &server())
    }

    #[test]
    fn every_softphone_is_told_server_user_and_password() {
        for phone in all(Some("Secreto22")) {
            assert!(phone.text.contains("192.0.2.1"), "{}", phone.text);
            assert!(phone.text.contains("ana") && phone.text.contains("Secreto22"));
        }
        assert_eq!(all(None).len(), 6);
        for phone in all(None) {
            assert!(phone.text.contains(HIDDEN), "{}", phone.text);
        }
    }

    #[test]
    fn a_name_that_people_chose_stays_a_name() {
        for phone in all(None) {
            let lines = phone.text.lines();
            assert!(!lines.clone().any(|line| line.starts_with("proxy=evil")));
            let raw = phone.id == "linphone" && phone.text.contains("<\"&\">");
            assert!(!raw, "{}", phone.text);
        }
    }

    #[test]
    fn who_is_not_heard_by_pages_gets_no_settings_for_one() {
        let mut server = server();
        server.places.pop();
        let account = Account {
            name: "Ana",
            user: "ana",
            password: None,
        };
        let ids: Vec<_> = softphones(account, &server)
            .into_iter()
            .map(|s| s.id)
            .collect();
        assert_eq!(ids, ["zoiper", "linphone", "microsip", "baresip", "other"]);
    }
}
