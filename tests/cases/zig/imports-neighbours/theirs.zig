const a = @import("a");
const b = @import("b1");
