const A = struct {
    x: i32,
    z: i32,
};
