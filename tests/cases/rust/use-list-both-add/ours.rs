use std::io::{BufRead, Read, Write};

fn main() {}
