#[derive(Debug)]
#[repr(C)]
#[non_exhaustive]
pub struct S {
    a: u8,
}
