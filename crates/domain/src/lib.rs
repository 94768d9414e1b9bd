//! The words of the call centre: ids, phones, time, outcomes, dispositions and the facts the record is made of.
