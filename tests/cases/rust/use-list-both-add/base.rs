use std::io::{Read, Write};

fn main() {}
