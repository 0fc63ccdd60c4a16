const std = @import("std");
const b = @import("b.zig");

pub fn main() void {}
