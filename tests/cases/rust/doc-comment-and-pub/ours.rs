/// Doc.
fn f() {}
