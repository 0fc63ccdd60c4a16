const A = struct {
    x: i32,
    y: i32,
};
