const a = `x ${c} y`;
