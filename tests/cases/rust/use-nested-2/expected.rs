use a::{b::{c, e}, d, g};

fn f() {}
