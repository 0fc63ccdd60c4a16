const A = struct {
    x: i32,
};
