const S = struct {
    a: u8,
    c: u16,
};
