/// Doc.
pub fn f() {}
