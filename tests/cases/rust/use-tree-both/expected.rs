use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

fn main() {}
