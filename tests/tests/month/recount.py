"""Counts a month again, by other means than the product: the journal of events is folded here, in Python, with the flags of the
typifications read from their CSV; of the tables beside the journal only those are read that hold what no event does (contacts
and when they were received, numbers excluded, goals, moves and sheets of sales). No counter, no view and no projection of an
attempt is looked at. Prints JSON.

Usage: recount.py RECORD CATALOGUE FROM_MS TO_MS DAY_MS
"""

import csv
import json
import math
import sqlite3
import sys
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from fractions import Fraction

HOUR = 3_600_000
BOGOTA = timezone(timedelta(hours=-5))
SHIFT_MS = 450 * 60_000
PEOPLE = {"connected", "abandoned", "hung_up_waiting"}
# Ends on which the system sets a typification by itself: all but the one where an advisor will.
BY_ADVISOR = {"connected"}
STAGES = {
    1: "aceptada", 2: "en_validacion", 3: "validada", 4: "devuelta_asesor", 5: "rechazada", 6: "reservada", 7: "en_ruta",
    8: "entregada", 9: "no_entregada", 10: "devuelta_logistica", 11: "legalizada", 12: "anulada",
}
INTENDED, PLACED, ANSWERED, BRIDGED, ABANDONED, CLOSED, SAID, STATE = 1, 3, 5, 6, 7, 8, 9, 10
REFUSED, HANDED_ON = 2, 23


def flags(path):
    rows = {}
    with open(path, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            of = {key: row[key] == "1" for key in
                  ("human", "third_party", "holder", "effective_contact", "accepted_sale")}
            usual = (5 if of["accepted_sale"] else 4 if of["effective_contact"] else 3 if of["holder"]
                     else 2 if of["third_party"] else 1 if of["human"] else 0)
            of["rank"] = int(row["rank"]) if row["rank"] else usual
            rows[row["code"]] = of
    return rows


def journal(db):
    """Calls by attempt, agents' states in order, and the last decision on each record."""
    calls, states, work, opted_out = {}, defaultdict(list), {}, set()
    events = db.execute("SELECT at, kind, agent, attempt, body FROM event ORDER BY seq")
    for at, kind, agent, attempt, body in events:
        body = json.loads(body)
        if kind == INTENDED:
            calls[attempt] = {"id": attempt, "contact": body["contact"], "ordinal": body["ordinal"], "code": None,
                              "by": None, "agent": None, "placed": None, "answered": None, "bridged": None,
                              "waited": None, "ended": None, "outcome": None}
        elif kind == STATE:
            states[agent].append((at, body["to"]))
        elif attempt in calls:
            call = calls[attempt]
            if kind == PLACED:
                call["placed"] = at
            elif kind == ANSWERED:
                call["answered"] = at
            elif kind == BRIDGED:
                call["bridged"], call["agent"], call["waited"] = at, agent, body["waited_ms"]
            elif kind == HANDED_ON:
                call["agent"] = body["to_agent"] or call["agent"]
            elif kind in (CLOSED, REFUSED):
                call["ended"] = at
                call["outcome"] = body.get("outcome", "refused")
                named = body.get("next") and call["outcome"] not in BY_ADVISOR and kind == CLOSED
                if named and call["code"] is None:
                    call["code"] = body["next"]["code"]
            elif kind == SAID:
                call["code"], call["by"] = body["code"], agent
                if body["next"]["suppress"]:
                    opted_out.add(call["contact"])
            if kind in (CLOSED, REFUSED, SAID) and body.get("next"):
                work[call["contact"]] = body["next"]["state"]
    return calls, states, work, opted_out


def pieces(states, begin, end):
    """What agents did within a time: agent, state, from, until."""
    for agent, log in states.items():
        for place, (at, state) in enumerate(log):
            until = log[place + 1][0] if place + 1 < len(log) else end
            at, until = max(at, begin), min(until, end)
            if at < until and state != "offline":
                yield agent, state, at, until


def counted(calls, rows, sales):
    """The terms that calls make."""
    flag = lambda call, name: call["code"] is not None and rows[call["code"]][name]
    human = lambda call: flag(call, "human") if call["code"] is not None else call["outcome"] in PEOPLE
    distinct = lambda which: len({call["contact"] for call in calls if which(call)})
    bridged = [call for call in calls if call["bridged"]]
    own = [sales[call["id"]] for call in calls if call["id"] in sales]
    legal = [sale for sale in own if sale["stage"] == "legalizada"]
    return {
        "Attempts": len(calls),
        "NetworkAnswered": sum(1 for call in calls if call["answered"]),
        "Answered": sum(1 for call in calls if human(call)),
        "AnsweredBySystem": sum(1 for call in calls if call["outcome"] in PEOPLE),
        "Effective": sum(1 for call in calls if flag(call, "effective_contact")),
        "Sales": sum(1 for call in calls if flag(call, "accepted_sale")),
        "Abandoned": sum(1 for call in calls if call["outcome"] == "abandoned"),
        "Connected": len(bridged),
        "Talk": Fraction(sum(call["ended"] - call["bridged"] for call in bridged), 1000),
        "BridgeWait": Fraction(sum(call["waited"] for call in bridged), 1000),
        "Worked": distinct(lambda call: call["code"] is not None),
        "RecordsNetworkAnswered": distinct(lambda call: call["answered"]),
        "RecordsAnswered": distinct(human),
        "RecordsEffective": distinct(lambda call: flag(call, "effective_contact")),
        "SalesLegalised": len(legal),
        "ValueSold": sum(sale["value"] for sale in own),
        "ValueLegalised": sum(sale["value"] for sale in legal),
    }


def timed(states, begin, end):
    """The terms that agents' time makes."""
    spent, days = defaultdict(int), defaultdict(int)
    for agent, state, at, until in pieces(states, begin, end):
        spent[state] += until - at
        while at < until:
            # Bogotá's midnight.
            day = (at - 5 * HOUR) // (24 * HOUR)
            cut = min(until, (day + 1) * 24 * HOUR + 5 * HOUR)
            days[agent, day] += cut - at
            at = cut
    seconds = {name: Fraction(spent[state], 1000) for name, state in
               (("Ready", "ready"), ("Reserved", "reserved"), ("Talking", "talking"), ("WrapUp", "wrap_up"))}
    return seconds | {
        "ConnectedHours": Fraction(sum(spent.values()), HOUR),
        "AdvisorDays": sum(Fraction(ms, SHIFT_MS) for ms in days.values()),
    }


def upper_bound(hits, of):
    """Exact one-sided 95 % bound of a share: where so few hits are as unlikely as 5 %."""
    def tail(p):
        logs = [math.lgamma(of + 1) - math.lgamma(k + 1) - math.lgamma(of - k + 1)
                + k * math.log(p) + (of - k) * math.log1p(-p) for k in range(hits + 1)]
        return sum(math.exp(log) for log in logs)
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if tail(middle) > 0.05 else (low, middle)
    return Fraction(low)


SHARE, NUMBER, SECONDS, MONEY = "share", "number", "seconds", "money"
WORKABLE = lambda t: t["Received"] - t["Excluded"]
KPIS = [
    ("contactabilidad", "Answered", "Attempts", SHARE, 1), ("contactabilidad.system", "AnsweredBySystem", "Attempts", SHARE, 1),
    ("contactabilidad.network", "NetworkAnswered", "Attempts", SHARE, 1),
    ("contactabilidad.records", "RecordsAnswered", "Worked", SHARE, 1),
    ("contacto_efectivo", "Effective", "Answered", SHARE, 1),
    ("contacto_efectivo.records", "RecordsEffective", "RecordsAnswered", SHARE, 1),
    ("contacto_efectivo.literal", "Sales", "Answered", SHARE, 1), ("contacto_efectivo.conversion", "Sales", "Effective", SHARE, 1),
    ("efectividad", "Sales", "Attempts", SHARE, 1), ("efectividad.record", "Sales", "Worked", SHARE, 1),
    ("efectividad.answered", "Sales", "Answered", SHARE, 1), ("efectividad.neta", "SalesLegalised", "Attempts", SHARE, 2),
    ("efectividad.neta_record", "SalesLegalised", "Worked", SHARE, 1),
    ("efectividad.neta_period", "SalesLegalisedInPeriod", "Attempts", SHARE, 2),
    ("gestion_base", "BaseWorked", WORKABLE, SHARE, 1), ("gestion_base.gross", "BaseWorked", "Received", SHARE, 1),
    ("gestion_base.advisor", "BaseWorkedByAdvisor", WORKABLE, SHARE, 1),
    ("cumplimiento", "Sales", "Goal", SHARE, 1), ("cumplimiento.legalised", "SalesLegalised", "Goal", SHARE, 1),
    ("cumplimiento.legalised_period", "SalesLegalisedInPeriod", "Goal", SHARE, 1),
    ("ratio", "Sales", "AdvisorDays", NUMBER, 2), ("ratio.sph", "Sales", "ConnectedHours", NUMBER, 3),
    ("productividad", "ValueSold", "AdvisorDays", MONEY, 0), ("productividad.legalised", "ValueLegalised", "AdvisorDays", MONEY, 0),
    ("productividad.hour", "ValueSold", "ConnectedHours", MONEY, 0), ("productividad.ticket", "ValueSold", "Sales", MONEY, 0),
    ("productividad.records_hour", "Worked", "ConnectedHours", NUMBER, 1),
    ("abandono", "Abandoned", "Answered", SHARE, 2), ("abandono.system", "Abandoned", "AnsweredBySystem", SHARE, 2),
    ("abandono.bound", "Abandoned", "Answered", SHARE, 2),
    ("utilizacion", lambda t: t["Talking"] + t["WrapUp"],
     lambda t: t["Ready"] + t["Reserved"] + t["Talking"] + t["WrapUp"], SHARE, 1),
    ("tmo", lambda t: t["Talk"] + t["WrapUp"], "Connected", SECONDS, 1), ("espera", "BridgeWait", "Connected", SECONDS, 1),
]


def half_up(value, decimals):
    scaled = math.floor(value * 10 ** decimals + Fraction(1, 2))
    text = f"{scaled:0{decimals + 1}d}"
    return text if decimals == 0 else f"{text[:-decimals]}.{text[-decimals:]}"


def shown(value, unit, decimals):
    if unit == SHARE:
        return f"{half_up(value * 100, decimals)} %"
    text = half_up(value, decimals)
    return {NUMBER: text, SECONDS: f"{text} s", MONEY: f"$ {text}"}[unit]


def indicators(terms):
    found = {}
    for name, above, below, unit, decimals in KPIS:
        above, below = (part(terms) if callable(part) else terms[part] for part in (above, below))
        value = upper_bound(above, below) if name.endswith(".bound") else Fraction(above) / below
        found[name] = {"numerator": float(above), "denominator": float(below), "shown": shown(value, unit, decimals)}
    return found


def sales_of(db):
    """Sales by attempt, but those that corrections took back; and the sábana's rows."""
    sales = {}
    for sale, attempt, accepted in db.execute("SELECT id, attempt, accepted_at FROM sale ORDER BY id"):
        moves = db.execute("SELECT to_stage, at, doer, reason FROM sale_move WHERE sale = ? ORDER BY n", (sale,)).fetchall()
        if any(doer == "program" and reason == "correccion" for _, _, doer, reason in moves):
            continue
        sheet = db.execute("SELECT body FROM sale_sheet WHERE sale = ? AND kind = 1 ORDER BY version DESC LIMIT 1", (sale,)).fetchone()
        last = moves[-1]
        lost = STAGES[last[0]] in ("rechazada", "anulada", "devuelta_logistica", "no_entregada")
        sales[attempt] = {
            "sale": sale, "attempt": attempt, "accepted": accepted, "stage": STAGES[last[0]], "has_sheet": sheet is not None,
            "value": int(json.loads(sheet[0])["valor"]) if sheet else 0,
            "stages": {STAGES[stage]: at for stage, at, _, _ in moves},
            "lost_by": last[3] if lost else None,
            "returned": sum(1 for stage, _, _, _ in moves if stage == 4),
            "legalised": [at for stage, at, _, _ in moves if stage == 11],
        }
    return sales


def hours_of(calls, states, rows, begin):
    """A day by the hour."""
    found = []
    for hour in range(24):
        at = begin + hour * HOUR
        inside = lambda since, until: [call for call in calls if call["placed"] and since <= call["placed"] < until]
        terms = counted(inside(at, at + HOUR), rows, {}) | timed(states, at, at + HOUR)
        so_far = counted(inside(begin, at + HOUR), rows, {})
        there = {agent for agent, _, _, _ in pieces(states, at, at + HOUR)}
        productive = sum(terms[name] for name in ("Ready", "Reserved", "Talking", "WrapUp")) / 3600
        found.append({
            "from": at, "agents": len(there), "connected_h": float(terms["ConnectedHours"]), "productive_h": float(productive),
            "attempts": terms["Attempts"], "answered": terms["Answered"], "contacts": terms["Effective"],
            "records": terms["Worked"], "sales": terms["Sales"], "records_so_far": so_far["Worked"],
            "sales_so_far": so_far["Sales"],
            "ratio": float(terms["Sales"] / terms["AdvisorDays"]) if terms["AdvisorDays"] else None,
            "records_per_hour": float(terms["Worked"] / terms["ConnectedHours"]) if terms["ConnectedHours"] else None,
        })
    return found


def clock(ms):
    return datetime.fromtimestamp(ms // 1000, BOGOTA).isoformat() if ms is not None else ""


def records(db, calls, rows, sales, work, opted_out, agents, excluded):
    """The informe de gestión, as things stand."""
    phones = defaultdict(list)
    for contact, number in db.execute("SELECT contact, e164 FROM phone ORDER BY contact, ordinal"):
        phones[contact].append(number)
    made = defaultdict(list)
    for call in sorted(calls, key=lambda call: (call["placed"] or 0, call["id"])):
        if call["placed"]:
            made[call["contact"]].append(call)
    yes = lambda is_so: "S" if is_so else "N"
    found = {}
    for (contact,) in db.execute("SELECT id FROM contact"):
        own = made[contact]
        last = own[-1] if own else None
        best = None
        for call in own:
            if call["code"] is not None and (best is None or rows[call["code"]]["rank"] >= rows[best["code"]]["rank"]):
                best = call
        sold = [sales[call["id"]] for call in own if call["id"] in sales]
        highest = rows[best["code"]] if best else None
        barred = contact in opted_out or all(number in excluded for number in phones[contact])
        state = ("excluido" if barred else {3: "cerrado", 4: "agotado", 5: "excluido"}.get(work.get(contact))
                 or ("en_gestion" if own else "virgen"))
        found[contact] = {
            "intentos": str(len(own)), "primer_intento": clock(own[0]["placed"]) if own else "",
            "ultimo_intento": clock(last["placed"]) if last else "",
            "telefono": str(phones[contact][last["ordinal"]]) if last else "",
            "resultado_sistema": last["outcome"] if last else "", "codigo": (last["code"] or "") if last else "",
            "mejor_codigo": best["code"] if best else "", "titular": yes(highest and highest["holder"]),
            "contacto_efectivo": yes(highest and highest["effective_contact"]),
            "asesor": agents.get(last["agent"], "") if last else "",
            "habla_s": str((last["ended"] - last["bridged"]) // 1000 if last["bridged"] else 0) if last else "",
            "venta": yes(highest and highest["accepted_sale"]), "etapa": sold[-1]["stage"] if sold else "",
            "valor": str(sold[-1]["value"]) if sold and sold[-1]["has_sheet"] else "", "estado": state,
            "mejor_intento": clock(best["placed"]) if best else "",
        }
    return found


def main(record, catalogue, begin, end, day):
    begin, end, day = int(begin), int(end), int(day)
    db = sqlite3.connect(f"file:{record}?mode=ro", uri=True)
    rows = flags(catalogue)
    calls, states, work, opted_out = journal(db)
    sales = sales_of(db)
    agents = dict(db.execute("SELECT id, name FROM agent"))
    excluded = {number for (number,) in db.execute("SELECT e164 FROM suppression WHERE reason = 'RNE'")}
    inside = [call for call in calls.values() if call["placed"] and begin <= call["placed"] < end]
    gestion = records(db, calls.values(), rows, sales, work, opted_out, agents, excluded)
    terms = counted(inside, rows, sales) | timed(states, begin, end)
    (terms["Received"],) = db.execute("SELECT count(*) FROM contact k JOIN import i ON i.id = k.import WHERE i.finished_at < ?", (end,)).fetchone()
    terms["Excluded"] = sum(1 for row in gestion.values() if row["estado"] == "excluido" and row["intentos"] == "0")
    before = [call for call in calls.values() if call["placed"] and call["placed"] < end and call["code"] is not None]
    terms["BaseWorked"] = len({call["contact"] for call in before})
    terms["BaseWorkedByAdvisor"] = len({call["contact"] for call in before if call["by"] is not None})
    terms["SalesLegalisedInPeriod"] = sum(1 for sale in sales.values() for at in sale["legalised"] if begin <= at < end)
    first, last = ((at - 5 * HOUR) // (24 * HOUR) for at in (begin, end - 1))
    (terms["Goal"],) = db.execute("SELECT COALESCE(sum(sales), 0) FROM goal WHERE day BETWEEN ? AND ?", (first, last)).fetchone()
    terms["Goal"] = Fraction(terms["Goal"])
    sabana = [{key: sale[key] for key in ("sale", "attempt", "stage", "value", "stages", "lost_by", "returned")}
              | {"agent": agents.get(calls[sale["attempt"]]["agent"]), "code": calls[sale["attempt"]]["code"]}
              for sale in sorted(sales.values(), key=lambda sale: sale["sale"]) if begin <= sale["accepted"] < end]
    json.dump({"kpis": indicators(terms), "hours": hours_of(calls.values(), states, rows, day), "sabana": sabana,
               "gestion": gestion}, sys.stdout)


main(*sys.argv[1:])
