const std = @import("std");
const a = @import("a.zig");

pub fn main() void {}
