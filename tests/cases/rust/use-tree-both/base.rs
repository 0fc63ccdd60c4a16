use std::collections::{BTreeMap, HashMap};

fn main() {}
