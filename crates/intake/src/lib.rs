//! Reads customers' files (CSV, XLSX) into contacts, and accounts for every row.
