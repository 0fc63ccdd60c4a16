/// One.
pub fn a() {}
