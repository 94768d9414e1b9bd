//! What became of the sales of a period, summed: how many came how far, where those stand that are under way, and why the
//! others were lost. As of an instant, by the moves made until then.

use std::collections::BTreeMap;

use domain::Timestamp;

use crate::stage::Stage;

/// The stages a report counts, from acceptance to legalisation.
pub const PIPELINE: [Stage; 5] = [
    Stage::Accepted,
    Stage::Validated,
    Stage::Reserved,
    Stage::Delivered,
    Stage::Legalised,
];

/// A move that a sale made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourseStep {
    /// When.
    pub at: Timestamp,
    /// To where.
    pub to: Stage,
    /// Why, in a word of the program.
    pub reason: Option<String>,
}

/// A sale with all it went through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleCourse {
    /// What it is worth; 0 while nobody said.
    pub value: i64,
    /// Its moves, in order.
    pub steps: Vec<CourseStep>,
}

/// Sales and what they are worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// How many.
    pub sales: u64,
    /// Their worth.
    pub value: i64,
}

impl Counted {
    fn add(&mut self, value: i64) {
        self.sales += 1;
        self.value = self.value.saturating_add(value);
    }
}

/// Sales lost for one cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Where they were lost.
    pub stage: Stage,
    /// Why; empty where nobody said.
    pub reason: String,
    /// How many.
    pub counted: Counted,
}

/// What became of the sales of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// Those that came to each stage of [`PIPELINE`], whatever became of them afterwards.
    pub reached: [Counted; PIPELINE.len()],
    /// Those under way by where they stand, in the order of stages.
    pub standing: Vec<(Stage, Counted)>,
    /// Those lost by cause, the commonest first.
    pub losses: Vec<Loss>,
}

impl Pipeline {
    /// Sums sales as they stood at an instant. All were accepted, also one that was typified after it.
    pub fn of(sales: &[SaleCourse], as_of: Timestamp) -> Pipeline {
        let mut reached = [Counted::default(); PIPELINE.len()];
        let mut standing: BTreeMap<Stage, Counted> = BTreeMap::new();
        let mut losses: BTreeMap<(Stage, &str), Counted> = BTreeMap::new();
        for sale in sales {
            let made = sale.steps.iter().filter(|step| step.at <= as_of);
            let made: Vec<&CourseStep> = made.collect();
            for (stage, counted) in PIPELINE.iter().zip(&mut reached) {
                if *stage == Stage::Accepted || made.iter().any(|step| step.to == *stage) {
                    counted.add(sale.value);
                }
            }
            let last = made.last();
            let stage = last.map_or(Stage::Accepted, |step| step.to);
            if stage.is_lost() {
                let reason = last.and_then(|step| step.reason.as_deref());
                let cause = (stage, reason.unwrap_or_default());
                losses.entry(cause).or_default().add(sale.value);
            } else {
                standing.entry(stage).or_default().add(sale.value);
            }
        }
        let loss = |((stage, reason), counted): ((Stage, &str), Counted)| Loss {
            stage,
            reason: reason.to_owned(),
            counted,
        };
        let mut losses: Vec<Loss> = losses.into_iter().map(loss).collect();
        losses.sort_by_key(|loss| std::cmp::Reverse((loss.counted.sales, loss.counted.value)));
        Pipeline {
            reached,
            standing: standing.into_iter().collect(),
            losses,
        }
    }

    /// All that were lost.
    pub fn lost(&self) -> Counted {
        self.losses
            .iter()
            .fold(Counted::default(), |mut sum, loss| {
                sum.sales += loss.counted.sales;
                sum.value = sum.value.saturating_add(loss.counted.value);
                sum
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(steps: &[(i64, Stage, Option<&str>)]) -> SaleCourse {
        let step = |(at, to, reason): &(i64, Stage, Option<&str>)| CourseStep {
            at: Timestamp::from_millis(*at),
            to: *to,
            reason: reason.map(str::to_owned),
        };
        SaleCourse {
            value: 100,
            steps: steps.iter().map(step).collect(),
        }
    }

    fn sales() -> Vec<SaleCourse> {
        use Stage as S;
        vec![
            course(&[
                (1, S::Accepted, None),
                (2, S::InValidation, None),
                (3, S::Validated, None),
                (4, S::Reserved, None),
                (5, S::OnRoute, None),
                (6, S::Delivered, None),
                (7, S::Legalised, None),
            ]),
            course(&[
                (1, S::Accepted, None),
                (2, S::InValidation, None),
                (3, S::Validated, None),
                (4, S::Annulled, Some("desiste")),
            ]),
            course(&[(1, S::Accepted, None), (2, S::Rejected, Some("cupo"))]),
            course(&[(1, S::Accepted, None), (3, S::Rejected, Some("cupo"))]),
            course(&[(1, S::Accepted, None)]),
        ]
    }

    fn reached(at: i64) -> [u64; PIPELINE.len()] {
        Pipeline::of(&sales(), Timestamp::from_millis(at))
            .reached
            .map(|one| one.sales)
    }

    #[test]
    fn a_sale_counts_at_each_stage_it_came_to_as_of_then() {
        assert_eq!(reached(9), [5, 2, 1, 1, 1]);
        assert_eq!(reached(4), [5, 2, 1, 0, 0]);
        assert_eq!(reached(0), [5, 0, 0, 0, 0]);
    }

    #[test]
    fn causes_are_ranked_and_with_those_under_way_they_are_all_that_were_accepted() {
        let pipeline = Pipeline::of(&sales(), Timestamp::from_millis(9));
        let causes: Vec<_> = pipeline
            .losses
            .iter()
            .map(|loss| (loss.stage, loss.reason.as_str(), loss.counted.sales))
            .collect();
        let expected = [
            (Stage::Rejected, "cupo", 2),
            (Stage::Annulled, "desiste", 1),
        ];
        assert_eq!(causes, expected);
        let under_way: u64 = pipeline.standing.iter().map(|(_, one)| one.sales).sum();
        assert_eq!(under_way + pipeline.lost().sales, 5);
        assert_eq!(pipeline.lost().value, 300);
    }

    #[test]
    fn nothing_sold_is_a_pipeline_of_nothing() {
        let pipeline = Pipeline::of(&[], Timestamp::from_millis(9));
        assert_eq!(pipeline.reached[0], Counted::default());
        assert!(pipeline.losses.is_empty() && pipeline.standing.is_empty());
    }
}
