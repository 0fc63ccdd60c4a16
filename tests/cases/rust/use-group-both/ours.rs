use std::io::{Read, Write};

fn f() {}
