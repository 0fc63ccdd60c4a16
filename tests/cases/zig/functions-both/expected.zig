fn a() void {}

fn b() void {}

fn c() void {}
