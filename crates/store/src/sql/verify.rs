//! The invariants of the record, each a question whose answer must be empty.

use super::database::Database;
use super::query::Query;
use super::rollups;
use crate::error::Result;
use crate::types::Problem;

/// Most problems told per invariant: one is enough to act, few enough to read.
const TOLD_MAX: usize = 20;

/// What must hold, and the statement that finds where it does not. Each row
/// names the place in `detail`.
pub(super) const INVARIANTS: &[(&str, &str)] = &[
    (
        "every attempt has its intent in the journal",
        "SELECT 'attempt ' || a.id AS detail FROM attempt a
         WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.attempt = a.id AND e.kind IN (1, 40))",
    ),
    (
        "every intent in the journal has its attempt",
        "SELECT 'attempt ' || e.attempt AS detail FROM event e
         WHERE e.kind IN (1, 40)
           AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.id = e.attempt)",
    ),
    (
        // Joined, not asked of every call: PostgreSQL would go through all intents for each.
        "no call left before its intent was recorded",
        "SELECT 'attempt ' || p.attempt AS detail FROM event p
         LEFT JOIN (SELECT attempt, min(seq) AS seq FROM event WHERE kind = 1
                    GROUP BY attempt) e ON e.attempt = p.attempt
         WHERE p.kind = 3 AND COALESCE(e.seq, p.seq) >= p.seq",
    ),
    (
        "a call to us is none that we placed",
        "SELECT 'attempt ' || id AS detail FROM attempt
         WHERE direction = 2 AND placed_at IS NOT NULL",
    ),
    (
        "every stranger's call in the journal is in its table",
        "SELECT 'call ' || e.attempt AS detail FROM event e
         WHERE e.kind = 41
           AND NOT EXISTS (SELECT 1 FROM stranger_call s WHERE s.attempt = e.attempt)",
    ),
    (
        "every answered call that is over has a recording or says why not",
        "SELECT 'attempt ' || a.id AS detail FROM attempt a
         WHERE a.answered_at IS NOT NULL AND a.outcome IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM recording q WHERE q.attempt = a.id)",
    ),
    (
        "a recording of which nothing is left says why",
        "SELECT 'attempt ' || attempt AS detail FROM recording
         WHERE (state IN (0, 5) AND why IS NULL) OR (state = 4 AND (sealed_key IS NOT NULL
             OR certificate IS NULL))",
    ),
    (
        "certificates of erased recordings have no gap, and each recording erased has one",
        "SELECT 'certificates are ' || count(*) AS detail FROM deletion_certificate
         HAVING count(*) > 0 AND (min(number) <> 1 OR max(number) <> count(*))
         UNION ALL
         SELECT 'attempt ' || attempt AS detail FROM recording WHERE state = 4
           AND NOT EXISTS (SELECT 1 FROM deletion_certificate c
               WHERE c.attempt = recording.attempt)",
    ),
    (
        // What the abandon ledger counts. A crash may come between the two.
        "a call is abandoned in the journal and in its attempt, or in neither",
        "SELECT 'attempt ' || a.id AS detail FROM attempt a
         LEFT JOIN (SELECT DISTINCT attempt FROM event WHERE kind = 7) e ON e.attempt = a.id
         WHERE a.outcome IS NOT NULL AND a.outcome <> 13
           AND (a.outcome = 2) <> (e.attempt IS NOT NULL)",
    ),
    (
        "a refused attempt never left",
        "SELECT 'attempt ' || id AS detail FROM attempt
         WHERE outcome = 14 AND placed_at IS NOT NULL",
    ),
    (
        "an attempt without an outcome is open",
        "SELECT 'attempt ' || a.id AS detail FROM attempt a
         WHERE a.outcome IS NULL
           AND NOT EXISTS (SELECT 1 FROM open_attempt o WHERE o.attempt = a.id)",
    ),
    (
        "an open attempt has no outcome",
        "SELECT 'attempt ' || o.attempt AS detail FROM open_attempt o
         WHERE NOT EXISTS (SELECT 1 FROM attempt a WHERE a.id = o.attempt AND a.outcome IS NULL)",
    ),
    (
        "a closed attempt closed once",
        "SELECT 'attempt ' || attempt AS detail FROM event
         WHERE kind IN (2, 8) GROUP BY attempt HAVING count(*) > 1",
    ),
    (
        "a closed attempt has the time of its end",
        "SELECT 'attempt ' || id AS detail FROM attempt
         WHERE (outcome IS NULL) <> (ended_at IS NULL)",
    ),
    (
        "a connected call was bridged to an agent",
        "SELECT 'attempt ' || id AS detail FROM attempt
         WHERE outcome = 1 AND (bridged_at IS NULL OR agent IS NULL)",
    ),
    (
        "nobody is called twice at once",
        "SELECT 'attempt ' || s.id || ' to person ' || s.person AS detail FROM
             (SELECT id, person, placed_at,
                     max(COALESCE(ended_at, 9223372036854775807)) OVER
                         (PARTITION BY person ORDER BY placed_at, id
                          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
              FROM attempt WHERE placed_at IS NOT NULL) s
         WHERE s.busy_until > s.placed_at",
    ),
    (
        "no number is called twice at once",
        "SELECT 'attempt ' || s.id AS detail FROM
             (SELECT id, placed_at,
                     max(COALESCE(ended_at, 9223372036854775807)) OVER
                         (PARTITION BY phone ORDER BY placed_at, id
                          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
              FROM attempt WHERE placed_at IS NOT NULL) s
         WHERE s.busy_until > s.placed_at",
    ),
    (
        "the journal has no gap",
        "SELECT 'events ' || min(seq) || ' to ' || max(seq) || ' of node ' || node || ' are '
                || count(*) AS detail
         FROM event GROUP BY node HAVING max(seq) - min(seq) + 1 <> count(*)",
    ),
    (
        "a typification belongs to an attempt",
        "SELECT 'typification ' || t.seq AS detail FROM typification t
         WHERE NOT EXISTS (SELECT 1 FROM attempt a WHERE a.id = t.attempt)",
    ),
    (
        "every typification in the journal is in its table",
        "SELECT 'event ' || e.seq AS detail FROM event e
         WHERE e.kind = 9 AND NOT EXISTS (SELECT 1 FROM typification t WHERE t.seq = e.seq)",
    ),
    (
        "an attempt carries its last typification",
        "SELECT 'attempt ' || t.attempt AS detail FROM typification t
         JOIN attempt a ON a.id = t.attempt
         WHERE t.seq = (SELECT max(l.seq) FROM typification l WHERE l.attempt = t.attempt)
           AND (a.code IS NULL OR a.code <> t.code)",
    ),
    (
        // A crash between an intent and the word that its INVITE left is charged:
        // the phone may have rung.
        "a contact was not charged more attempts than were made",
        "SELECT 'contact ' || w.contact || ' of campaign ' || w.campaign AS detail FROM work w
         WHERE w.attempts > (SELECT count(*) FROM attempt a WHERE a.contact = w.contact
                               AND a.campaign = w.campaign
                               AND (a.placed_at IS NOT NULL OR a.outcome = 13))",
    ),
    (
        // Congestion, our own giving up and crashes may cost no attempt.
        "a contact was charged every attempt that costs one",
        "SELECT 'contact ' || w.contact || ' of campaign ' || w.campaign AS detail FROM work w
         WHERE w.attempts < (SELECT count(*) FROM attempt a
                             LEFT JOIN disposition d
                               ON d.catalogue = a.catalogue AND d.code = a.code
                             WHERE a.contact = w.contact AND a.campaign = w.campaign
                               AND a.placed_at IS NOT NULL AND a.code IS NOT NULL
                               AND a.outcome NOT IN (9, 12, 13, 14)
                               AND COALESCE(d.costs_attempt, 1) = 1)
           AND NOT EXISTS (SELECT 1 FROM open_attempt o WHERE o.person = w.person)",
    ),
    (
        // Who ends one may have waited for the store while intents were written.
        "a consent that a call left under is of its person, was signed before it, and stood",
        "SELECT 'attempt ' || a.id AS detail FROM attempt a
         WHERE (a.hours_consent IS NOT NULL OR a.calls_consent IS NOT NULL)
           AND a.placed_at IS NOT NULL
           AND (SELECT count(*) FROM consent c
                WHERE c.id IN (a.hours_consent, a.calls_consent) AND c.person = a.person
                  AND c.signed_at <= a.intended_at
                  AND (c.ended_at IS NULL OR c.ended_at > a.intended_at - 10000))
             < CASE WHEN a.hours_consent IS NULL OR a.calls_consent IS NULL THEN 1 ELSE 2 END",
    ),
    (
        "every attempt began with typifications that there are",
        "SELECT 'attempt ' || a.id AS detail FROM attempt a
         WHERE NOT EXISTS (SELECT 1 FROM catalogue c WHERE c.id = a.catalogue)",
    ),
    (
        "what was said of an attempt is a code of the typifications it began with",
        "SELECT 'attempt ' || a.id AS detail FROM attempt a
         WHERE a.code IS NOT NULL AND EXISTS (SELECT 1 FROM disposition k WHERE k.catalogue = a.catalogue)
           AND NOT EXISTS (SELECT 1 FROM disposition d
                           WHERE d.catalogue = a.catalogue AND d.code = a.code)",
    ),
    (
        "the counters of work are what the work is",
        "SELECT 'campaign ' || campaign || ', list ' || list || ', state ' || state || ', segment ' || segment
                || ', rule ' || rule || ', minute ' || minute || ': ' || sum(n) || ' more than counted' AS detail
         FROM (SELECT campaign, list, state, COALESCE(segment, -2) AS segment,
                      COALESCE(because_rule, '') AS rule,
                      CASE WHEN state <> 1 THEN 0 WHEN next_at = 0 THEN -1 ELSE next_at / 60000 END AS minute,
                      count(*) AS n
               FROM work GROUP BY 1, 2, 3, 4, 5, 6
               UNION ALL
               SELECT campaign, list, state, segment, rule, minute, -n FROM work_tally) AS compared
         GROUP BY campaign, list, state, segment, rule, minute HAVING sum(n) <> 0",
    ),
    (
        "a sale is of its call, and stands where its last move left it",
        "SELECT 'sale ' || s.id AS detail FROM sale s
         LEFT JOIN attempt a ON a.id = s.attempt
         LEFT JOIN sale_move m ON m.sale = s.id AND m.n = s.moves
         WHERE a.id IS NULL OR a.person <> s.person OR m.sale IS NULL OR m.to_stage <> s.stage
            OR m.at <> s.stage_at
            OR (SELECT count(*) FROM sale_move c WHERE c.sale = s.id) <> s.moves",
    ),
    (
        "the moves of a sale follow each other",
        "SELECT 'sale ' || m.sale || ', move ' || m.n AS detail FROM sale_move m
         LEFT JOIN sale_move p ON p.sale = m.sale AND p.n = m.n - 1
         WHERE (m.n = 1) <> (m.from_stage IS NULL)
            OR (m.n > 1 AND (p.sale IS NULL OR p.to_stage <> m.from_stage OR p.at > m.at))",
    ),
    (
        "whoever follows events is told of each move of a sale, once and in the order of the record",
        "SELECT 'sale ' || m.sale || ', move ' || m.n AS detail FROM sale_move m
         LEFT JOIN side_event e ON e.sale = m.sale AND e.n = m.n WHERE e.number IS NULL
         UNION ALL
         SELECT 'side event ' || number AS detail
         FROM (SELECT number, after_event, lag(number, 1, 1) OVER (ORDER BY number) AS last_number,
                      lag(after_event, 1, 0) OVER (ORDER BY number) AS stood_after FROM side_event) AS e
         WHERE number <> last_number + 1 OR after_event < stood_after",
    ),
    (
        "a call that is a sale has one, and a call that is none has none left",
        "SELECT 'attempt ' || a.id AS detail FROM attempt a
         JOIN disposition d ON d.catalogue = a.catalogue AND d.code = a.code
         WHERE d.accepted_sale = 1 AND (SELECT count(*) FROM sale s
                                        WHERE s.attempt = a.id AND s.by_correction = 0) <> 1
         UNION ALL
         SELECT 'sale ' || s.id AS detail FROM sale s JOIN attempt a ON a.id = s.attempt
         LEFT JOIN disposition d ON d.catalogue = a.catalogue AND d.code = a.code
         WHERE s.by_correction = 0 AND s.stage <> 12 AND COALESCE(d.accepted_sale, 0) = 0",
    ),
    (
        "nothing is legalised that was not validated and delivered, and passed its audit where one was due",
        "SELECT 'sale ' || s.id AS detail FROM sale s
         WHERE s.stage = 11 AND (s.audit NOT IN ('not_due', 'passed')
               OR (SELECT count(DISTINCT m.to_stage) FROM sale_move m
                   WHERE m.sale = s.id AND m.to_stage IN (3, 8)) <> 2)",
    ),
    (
        "the counters of calls by hour are what the calls are",
        rollups::CALLS_DIFFER,
    ),
    (
        "the counters of records by hour are what their calls are",
        rollups::RECORDS_DIFFER,
    ),
    (
        "the counters of agents' time by hour are what their log says",
        rollups::TIME_DIFFERS,
    ),
    (
        "of an erased person nothing is left but that they were called",
        "SELECT 'person ' || h.id AS detail FROM person h
         WHERE h.identity_hash IS NOT NULL
           AND (EXISTS (SELECT 1 FROM contact k LEFT JOIN phone p ON p.contact = k.id
                        WHERE k.person = h.id
                          AND (k.name <> '' OR k.document <> '' OR p.e164 IS NOT NULL))
                OR EXISTS (SELECT 1 FROM attempt a JOIN typification t ON t.attempt = a.id
                           WHERE a.person = h.id AND a.placed_at IS NOT NULL AND t.note <> '')
                OR EXISTS (SELECT 1 FROM sale s WHERE s.person = h.id
                           AND (EXISTS (SELECT 1 FROM sale_sheet p WHERE p.sale = s.id)
                                OR EXISTS (SELECT 1 FROM sale_words w WHERE w.sale = s.id)
                                OR EXISTS (SELECT 1 FROM sale_evidence e WHERE e.sale = s.id
                                           AND e.erased_at IS NULL))))",
    ),
    (
        "the steps of an attempt are in order",
        "SELECT 'attempt ' || id AS detail FROM attempt
         WHERE answered_at < placed_at OR bridged_at < answered_at OR ended_at < placed_at
            OR ended_at < bridged_at",
    ),
];

/// See [`crate::Store::verify`].
pub(super) async fn verify(db: &Database) -> Result<Vec<Problem>> {
    db.learn("event, attempt, open_attempt, typification, work")
        .await;
    let mut problems = Vec::new();
    for (invariant, text) in INVARIANTS {
        let query = Query::new("check an invariant", format!("{text} LIMIT {TOLD_MAX}"));
        for row in db.fetch(query).await? {
            problems.push(Problem {
                invariant,
                detail: row.text("detail")?,
            });
        }
    }
    Ok(problems)
}
