use std::{collections::HashMap, io};

fn main() {}
