use std::io::{BufRead, Read, Seek, Write};

fn main() {}
