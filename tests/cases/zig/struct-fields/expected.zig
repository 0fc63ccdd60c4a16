const S = struct {
    a: u8,
    b: u8,
    c: u16,
};
