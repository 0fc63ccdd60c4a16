#[cfg(test)]
pub fn f() {}
