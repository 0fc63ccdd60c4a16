use std::collections::{BTreeMap, BTreeSet, HashMap};

fn main() {}
