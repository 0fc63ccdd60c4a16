use std::io::{Read, Write, Seek};

fn f() {}
