const std = @import("std");
<<<<<<< ours
const a = @import("a.zig");
||||||| base
=======
const b = @import("b.zig");
>>>>>>> theirs

pub fn main() void {}
