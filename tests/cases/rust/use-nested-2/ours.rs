use a::{b::{c, e}, d};

fn f() {}
