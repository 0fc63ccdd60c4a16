fn a() void {}

fn c() void {}
