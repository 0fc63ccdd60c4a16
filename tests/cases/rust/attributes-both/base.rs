#[derive(Debug)]
pub struct S {
    a: u8,
}
