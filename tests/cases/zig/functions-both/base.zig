fn a() void {}
