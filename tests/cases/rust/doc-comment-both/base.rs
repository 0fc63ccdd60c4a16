/// One.
fn a() {}
