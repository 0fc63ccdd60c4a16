const a = @import("a1");
const b = @import("b");
