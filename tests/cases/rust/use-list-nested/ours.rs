use std::{collections::HashMap, fs, io};

fn main() {}
