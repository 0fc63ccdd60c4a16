#[derive(Debug)]
#[non_exhaustive]
pub struct S {
    a: u8,
}
