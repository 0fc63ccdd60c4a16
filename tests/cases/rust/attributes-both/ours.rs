#[derive(Debug)]
#[repr(C)]
pub struct S {
    a: u8,
}
