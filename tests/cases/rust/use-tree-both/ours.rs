use std::collections::{BTreeMap, HashMap, HashSet};

fn main() {}
