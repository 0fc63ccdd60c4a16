const a = `x ${b} y`;
