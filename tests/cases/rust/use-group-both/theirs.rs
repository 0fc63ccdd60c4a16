use std::io::{Read, Seek};

fn f() {}
