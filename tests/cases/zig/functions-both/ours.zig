fn a() void {}

fn b() void {}
