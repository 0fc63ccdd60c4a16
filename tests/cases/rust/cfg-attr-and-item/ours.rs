#[cfg(test)]
fn a() {}
