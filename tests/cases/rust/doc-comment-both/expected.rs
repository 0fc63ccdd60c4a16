/// One.
///
/// More.
pub fn a() {}
