const a = `x ${b} z`;
