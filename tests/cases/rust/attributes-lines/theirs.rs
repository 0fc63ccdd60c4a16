#[test]
#[should_panic]
fn a() {}
