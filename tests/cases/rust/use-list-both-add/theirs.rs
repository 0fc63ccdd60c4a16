use std::io::{Read, Seek, Write};

fn main() {}
