#[test]
#[ignore]
#[should_panic]
fn a() {}
