use std::io::{Read};

fn f() {}
