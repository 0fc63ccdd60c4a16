/// One.
///
/// More.
fn a() {}
