#[test]
#[ignore]
fn a() {}
