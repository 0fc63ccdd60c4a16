const a = `x ${c} z`;
