use a::{b::{c}, d, g};

fn f() {}
