//! The catalogue of indicators: definitions, formulas, variants and targets.
