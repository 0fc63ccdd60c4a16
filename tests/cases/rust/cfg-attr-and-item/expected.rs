#[cfg(test)]
fn a() -> u8 { 1 }
